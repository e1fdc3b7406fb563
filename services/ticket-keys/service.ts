import { programFiles, programPath, rootFile } from "../bundle";
import { ticketKeysPath, ticketKeysUser } from "../edge-haproxy/https";
import { generatedNotice, text } from "../text";
import type { Service } from "../service";
import { computingSandbox, networkedSandbox } from "../unit-sandbox";

/** Facts about a node that the session ticket keys' part depends on. */
export interface TicketKeysFacts {
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const unitPath = "/etc/systemd/system/webstack-ticket-keys.service";

/**
 * Rotates HAProxy's keys of TLS session tickets twice a day. Both load balancers derive the same keys without
 * communication: a client resumes its session after a failover, and an old key decrypts no newer ticket.
 */
export const ticketKeys: Service<TicketKeysFacts> = {
  name: "ticket-keys",
  openings: [],
  part: ({ programs }) => ({
    users: [{ name: ticketKeysUser, home: "/nonexistent" }],
    files: {
      ...programFiles(programs, "ticket-keys"),
      [unitPath]: rootFile(ticketKeysUnit()),
    },
    unitFiles: { own: [unitPath] },
    services: [
      {
        unit: "webstack-ticket-keys.service",
        reloadFiles: [],
        restartFiles: [programPath("ticket-keys"), unitPath, ticketKeysPath],
        needs: [ticketKeysPath],
      },
    ],
  }),
};

function ticketKeysUnit(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Keys of TLS session tickets
    After=haproxy.service
    StartLimitIntervalSec=0

    [Service]
    User=${ticketKeysUser}
    ExecStart=/usr/bin/node --max-semi-space-size=1 ${programPath("ticket-keys")}
    LoadCredential=secret:${ticketKeysPath}
    Restart=always
    RestartSec=5s
    ${networkedSandbox}
    ${computingSandbox}
    PrivateNetwork=yes

    [Install]
    WantedBy=multi-user.target
  `;
}
