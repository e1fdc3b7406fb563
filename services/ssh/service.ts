import { rootFile } from "../bundle";
import { generatedNotice } from "../notice";
import type { Service, Source } from "../service";
import { text } from "../text";
import { authorizedKeys, authorizedKeysDirectory } from "./authorized-keys";

/** Facts about a node that SSH's part depends on. */
export interface SshFacts {
  /** Login name with sudo. */
  adminUser: string;
  /** OpenSSH public keys of that login, the stack's own first. */
  adminKeys: readonly string[];
}

const configPath = "/etc/ssh/sshd_config.d/10-webstack.conf";

/** The SSH server: it accepts keys only, for the one login of the operators and of the stack itself. */
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
          [configPath]: rootFile(sshdConf(adminUser)),
        },
        loginFiles: [keysPath, configPath],
        checks: [
          // ssh-keygen prints the fingerprint of each key, and fails if the file has none.
          { files: [keysPath], command: ["/usr/bin/ssh-keygen", "-l", "-f", keysPath] },
          {
            files: [configPath],
            // The directory is missing on hosts where systemd starts SSH at the first connection.
            command: ["/bin/sh", "-c", "mkdir -p -m 0755 /run/sshd && exec /usr/sbin/sshd -t"],
          },
        ],
        services: [{ unit: "ssh.service", reloadFiles: [configPath], restartFiles: [], needs: [] }],
      };
    },
  };
}

function sshdConf(adminUser: string): string {
  return text`
    ${generatedNotice}
    PermitRootLogin no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    AllowUsers ${adminUser}
    # No other file opens the host: who leaves the list is out.
    AuthorizedKeysFile ${authorizedKeysDirectory}/%u
    AllowAgentForwarding no
    X11Forwarding no
    # Load balancers are bastions: forwarding to SSH of the private side is what they are for.
    AllowTcpForwarding yes
    # Configurations of many nodes share a bastion at the same time.
    MaxStartups 50:30:200
    MaxSessions 50
    UseDNS no
  `;
}
