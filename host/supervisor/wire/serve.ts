import type { Settings } from "../settings";
import { checksPort, serveChecks } from "./checks-server";
import { controlSocket, serveControl } from "./control-server";
import { type Answers, controlHandlers, peerHandlers } from "./messages";
import { servePeers } from "./peer-server";
import { type PeerCredentials, peerPort } from "./peer-tls";
import type { Serving } from "./serving";

/** What the supervisor's servers answer from, and whom they tell who asks. */
export interface Served extends Answers {
  serving: Serving;
  /** Learns from which address the role is asked for, and which nodes are reached as primaries from there. */
  onAsked: (address: string, primaries: string[]) => void;
  /** Learns which peer calls. */
  onHeard: (peer: string) => void;
}

/**
 * Serves three kinds of callers, each where no other one is answered: peers with a certificate, the
 * proxies' checks, and root of this host. A node that is alone has no peers.
 */
export function serve(settings: Settings, credentials: PeerCredentials, served: Served): void {
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
  const { onHeard } = served;
  servePeers({ address, port: peerPort, credentials, nodes, self, handlers, onHeard });
}
