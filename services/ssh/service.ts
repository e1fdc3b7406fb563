import { rootFile } from "../bundle";
import { generatedNotice, text } from "../text";
import type { Service, Source } from "../service";

/** Facts about a node that SSH's part depends on. */
export interface SshFacts {
  /** Login name with sudo. */
  adminUser: string;
  /** OpenSSH public keys of that login, the stack's own first. */
  adminKeys: readonly string[];
}

const configPath = "/etc/ssh/sshd_config.d/10-webstack.conf";
const dropInPath = "/etc/systemd/system/ssh.service.d/webstack.conf";

/**
 * The SSH server: it accepts keys only, for the one login of the operators and of the stack itself.
 *
 * @param from source of SSH connections. A node that `admins` reach is a bastion: connections to port 22 of the others
 * go through it. All other nodes forward nothing.
 */
export function ssh(from: Source): Service<SshFacts> {
  return {
    name: "ssh",
    openings: [
      { from, protocol: "tcp", port: 22, purpose: from === "admins" ? "SSH of the admins" : "SSH" },
    ],
    part: ({ adminUser, adminKeys }) => {
      const keysPath = `${authorizedKeysDirectory}/${adminUser}`;
      return {
        // sshd reads the keys as the login's user, and refuses a directory that others may write.
        directories: { [authorizedKeysDirectory]: { owner: "root", group: "root", mode: "0755" } },
        files: {
          [keysPath]: rootFile(authorizedKeys(adminKeys)),
          [configPath]: rootFile(sshdConf(adminUser, from === "admins")),
          [dropInPath]: rootFile(sshDropIn()),
        },
        unitFiles: { dropIns: [dropInPath], packaged: ["ssh.service"] },
        loginFiles: [keysPath, configPath, dropInPath],
        checks: [
          // ssh-keygen prints the fingerprint of each key, and fails if the file has none.
          { files: [keysPath], command: ["/usr/bin/ssh-keygen", "-l", "-f", keysPath] },
          {
            files: [configPath],
            // The directory is missing on hosts where systemd starts SSH at the first connection.
            command: ["/bin/sh", "-c", "mkdir -p -m 0755 /run/sshd && exec /usr/sbin/sshd -t"],
          },
        ],
        services: [
          {
            unit: "ssh.service",
            reloadFiles: [configPath],
            // Sessions outlive a restart, and a new login confirms it.
            restartFiles: [dropInPath],
            needs: [],
          },
        ],
      };
    },
  };
}

/**
 * Sandbox of sshd. Every session inherits it, `sudo` and `converge` included, so it has only what neither an operator
 * nor a package's installation needs: no mount namespace, since a mount of an operator must be one of the host; no
 * `NoNewPrivileges`, since `sudo` is a set-user-ID program; no `RestrictSUIDSGID`, since packages have such programs.
 * `unshare --mount` stays, because converge checks files in a mount namespace.
 */
function sshDropIn(): string {
  return text`
    ${generatedNotice}
    [Service]
    RestrictNamespaces=mnt
    RestrictRealtime=yes
    LockPersonality=yes
    SystemCallArchitectures=native
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
    SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @swap
    SystemCallErrorNumber=EPERM
    CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_TIME
  `;
}

/** A bastion leads to the SSH servers behind it. Syntax: sshd_config(5), OpenSSH 9.2 to 10. */
const toSshAlone = [
  "# To SSH of the private side alone; the firewall drops connections to other networks.",
  "AllowTcpForwarding local",
  "PermitOpen *:22",
];

/**
 * Renders sshd's settings. The settings remove the algorithms that ssh-audit 3.3 warns of from OpenSSH's own lists; the
 * list of ciphers has none of them. No remaining algorithm is named, because a name that a release of OpenSSH lacks
 * would be an error.
 *
 * A bastion's list of addresses would keep a new node out: tiers are configured through the bastions, which come last.
 * So any address may be named, and the host's firewall drops what the login opens to others than the stack's subnets.
 */
function sshdConf(adminUser: string, isBastion: boolean): string {
  return text`
    ${generatedNotice}
    PermitRootLogin no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    AllowUsers ${adminUser}
    # No other file opens the host: who leaves the list is out.
    AuthorizedKeysFile ${authorizedKeysDirectory}/%u
    AllowAgentForwarding no
    AllowStreamLocalForwarding no
    GatewayPorts no
    PermitTunnel no
    X11Forwarding no
    ${isBastion ? toSshAlone : "AllowTcpForwarding no"}
    # Configurations of many nodes share a bastion at the same time.
    MaxStartups 50:30:200
    MaxSessions 50
    UseDNS no
    KexAlgorithms -ecdh-*,diffie-hellman-*
    HostKeyAlgorithms -*ecdsa*
    MACs -hmac-sha1*,umac-64*,hmac-sha2-256,hmac-sha2-512,umac-128@openssh.com
  `;
}

/**
 * Directory of the authorized keys, one file for each login name. Root owns it, so that a logged-in user cannot
 * add a key. Format: sshd(8), AUTHORIZED_KEYS FILE FORMAT.
 */
const authorizedKeysDirectory = "/etc/ssh/authorized_keys.d";

/** Type and data of a public key, which identify the key; the comment does not. */
function identity(line: string): string {
  return line.split(" ").slice(0, 2).join(" ");
}

/**
 * Renders the authorized keys, each key once.
 *
 * @param keys OpenSSH public keys, the stack's own first.
 */
export function authorizedKeys(keys: readonly string[]): string {
  const names = keys.map(identity);
  const [own, ...people] = keys.filter((_, i) => names.indexOf(names[i]!) === i);
  return text`
    ${generatedNotice}
    # The stack's own deploy key; then people's, webstack:admin.sshKeys.
    ${own ?? []}
    ${people}
  `;
}
