import { rootFile } from "../bundle";
import { made } from "../notice";
import type { Service, Source } from "../service";
import { text } from "../text";

/** What SSH depends on. */
export interface SshFacts {
  /** Login name with sudo. */
  adminUser: string;
}

const configPath = "/etc/ssh/sshd_config.d/10-webstack.conf";

/** The SSH server: with keys alone, for the one login of people and of the stack itself. */
export function ssh(from: Source): Service<SshFacts> {
  return {
    name: "ssh",
    openings: [
      { from, protocol: "tcp", port: 22, purpose: from === "admins" ? "SSH of the admins" : "SSH" },
    ],
    part: ({ adminUser }) => ({
      files: { [configPath]: rootFile(sshdConf(adminUser)) },
      checks: [
        {
          files: [configPath],
          // The directory is missing where systemd starts SSH with its first connection.
          command: ["/bin/sh", "-c", "mkdir -p -m 0755 /run/sshd && exec /usr/sbin/sshd -t"],
        },
      ],
      services: [{ unit: "ssh.service", reloadFiles: [configPath], restartFiles: [], needs: [] }],
    }),
  };
}

function sshdConf(adminUser: string): string {
  return text`
    ${made}
    PermitRootLogin no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    AllowUsers ${adminUser}
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
