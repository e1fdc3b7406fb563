import type { Role } from "../../topology";
import { rootFile } from "../bundle";
import type { Service } from "../service";
import { generatedNotice, text } from "../text";
import { computingSandbox, networkedSandbox } from "../unit-sandbox";

/** TCP port of a relay on the private address of its load balancer. */
export const relayPort = 9443;

/** System user of the relay. */
export const relayUser = "webstack-relay";

/** Facts about a load balancer that its relay depends on. */
export interface ApiRelayFacts {
  /** Private IPv4 address of the node, no prefix. */
  privateIp: string;
}

/** Arguments of {@link apiRelay}. */
export interface ApiRelayArgs {
  /** Host and TCP port of the Hetzner API. */
  api: { host: string; port: number };
  /** Tiers of the nodes with the API token, each once. */
  from: readonly Role[];
}

const socketPath = "/etc/systemd/system/webstack-api-relay.socket";
const servicePath = "/etc/systemd/system/webstack-api-relay.service";
/** Largest number of concurrent connections: each broker opens four to each of its ways. */
const maxConnections = 64;

/**
 * A relay of TCP connections from the brokers to the Hetzner API. A broker has no public address, and the cloud's route
 * may lead to a load balancer that is down; the broker then reaches the API through the other one. TLS ends at the
 * broker and at the API, so no load balancer sees the token.
 *
 * The relay resolves the API's name at each connection, and starts without a resolver.
 */
export function apiRelay({ api, from }: ApiRelayArgs): Service<ApiRelayFacts> {
  const files = { socket: socketPath, service: servicePath };
  return {
    name: "api-relay",
    openings: from.map((tier) => ({
      from: tier,
      protocol: "tcp",
      port: relayPort,
      purpose: "calls of the brokers to the Hetzner API",
    })),
    callsOut: [{ user: relayUser, port: api.port }],
    part: ({ privateIp }) => ({
      users: [{ name: relayUser, home: "/nonexistent" }],
      files: {
        [files.socket]: rootFile(relaySocket(privateIp)),
        [files.service]: rootFile(relayService(api)),
      },
      unitFiles: { own: [files.socket, files.service] },
      services: [
        {
          unit: "webstack-api-relay.socket",
          reloadFiles: [],
          restartFiles: [],
          needs: [],
        },
        {
          unit: "webstack-api-relay.service",
          reloadFiles: [],
          restartFiles: [files.service],
          needs: [],
        },
      ],
    }),
  };
}

/** Renders the socket, which systemd keeps open: a restart of the relay refuses no connection. */
function relaySocket(privateIp: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Socket of the relay to the Hetzner API

    [Socket]
    ListenStream=${privateIp}:${relayPort}
    FreeBind=yes

    [Install]
    WantedBy=sockets.target
  `;
}

/** Renders the relay. Source: systemd-socket-proxyd(8). */
function relayService({ host, port }: ApiRelayArgs["api"]): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Relay of the brokers' connections to the Hetzner API
    Requires=webstack-api-relay.socket
    After=webstack-api-relay.socket webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Type=notify
    User=${relayUser}
    ExecStart=/usr/lib/systemd/systemd-socket-proxyd --connections-max=${maxConnections} ${host}:${port}
    Restart=always
    RestartSec=500ms
    ${networkedSandbox}
    ${computingSandbox}
    SystemCallErrorNumber=EPERM

    [Install]
    WantedBy=multi-user.target
  `;
}
