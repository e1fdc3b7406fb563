import type { Settings } from "../settings";
import { checksPort, serveChecks } from "./checks-server";
import { controlSocket, serveControl } from "./control-server";
import { type SupervisorCalls, controlHandlers, peerHandlers } from "./messages";
import { servePeers } from "./peer-server";
import { type PeerCredentials, peerPort } from "./peer-tls";
import type { Serving } from "./serving";

/** Functions that the supervisor's servers call. */
export interface ServeArgs extends SupervisorCalls {
  serving: Serving;
  /** Called with the address that sent a role check, and the nodes that it reaches as primaries. */
  onAsked: (address: string, primaries: string[]) => void;
  /** Called with the name of each peer that sends a request. */
  onPeerRequest: (peer: string) => void;
}

/**
 * Starts the three servers: for peers with a certificate, for the proxies' checks, and for root of this
 * host. A single node has no server for peers.
 */
export function serve(settings: Settings, credentials: PeerCredentials, served: ServeArgs): void {
  const { node: self, privateIp: address, nodes } = settings;
  serveControl(controlSocket, controlHandlers(served));
  serveChecks({
    ...{ address, port: checksPort, onAsked: served.onAsked },
    isPrimary: () => served.serving.isPrimary(),
    isReplica: (limitMs) => served.serving.isReplica(served.state(), limitMs),
  });
  if (nodes.length === 1) return;
  const handlers = peerHandlers(
    served,
    nodes.map(({ name }) => name),
  );
  const { onPeerRequest: onHeard } = served;
  servePeers({
    address,
    port: peerPort,
    credentials,
    nodes,
    self,
    handlers,
    onPeerRequest: onHeard,
  });
}
