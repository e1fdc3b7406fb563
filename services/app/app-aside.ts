import type { Peer } from "../../topology";
import { balancerHost } from "../app-balancer/app-balancer-cfg";
import type { BundleAside } from "../bundle";
import { appPorts, backgroundUnits, processUnits, quotedUnits } from "./app-program";

/** Time in which the web nodes, which check every 0.5 s, count a node as healthy again, seconds. */
const noticedSeconds = 3;

const back = ["/bin/sleep", String(noticedSeconds)];

/** The wait is for processes that were started by an older unit, which announces nothing. */
const stopProcesses = `systemctl stop ${quotedUnits(processUnits)} && sleep 2`;

const stopBackground = `systemctl stop ${quotedUnits(backgroundUnits)}`;

/**
 * Asks the balancers of the other nodes, as the web nodes do. Certificates are not checked: they are exchanged one node
 * after the other, and the answer is no secret.
 */
function exitIfAlone(peers: readonly Peer[]): string {
  const urls = peers.map(({ privateIp }) => `https://${privateIp}:${appPorts.tls}/`);
  return exitUnlessOthersServe(urls, ["--insecure", `--header 'Host: ${balancerHost}'`]);
}

/**
 * An orderly stop of the app's processes, before the balancer of the node restarts.
 *
 * @param peers the other app nodes. While none of them serves, the processes go on: nothing could stand in for them.
 */
export function appAside(peers: readonly Peer[]): BundleAside | undefined {
  if (peers.length === 0) return undefined;
  return shell(exitIfAlone(peers), stopProcesses);
}

/**
 * An orderly stop of everything that uses the database, before the node's database proxy restarts; otherwise as {@link
 * appAside}. A worker may take 900 s to stop, so the processes stop last, and the other nodes are asked again.
 *
 * @param processes processes of the app on each node; with 0 no visitor depends on the node.
 */
export function databaseAside(peers: readonly Peer[], processes: number): BundleAside | undefined {
  if (peers.length === 0) return undefined;
  if (processes === 0) return shell(stopBackground);
  const alone = exitIfAlone(peers);
  return shell(alone, `${stopBackground} || true`, alone, stopProcesses);
}

function shell(...steps: readonly string[]): BundleAside {
  return { leave: ["/bin/sh", "-c", steps.join("\n")], back };
}

/**
 * Shell text that ends the shell with 0, and says why, if no other node serves: then nobody can take the visitors. A
 * single unanswered request proves nothing, so each node is asked up to three times, for at most a second each.
 *
 * @param urls URLs that the other nodes of the tier answer with 200 exactly while they serve; at least one.
 * @param more further arguments of curl, as words of a shell.
 */
export function exitUnlessOthersServe(
  urls: readonly string[],
  more: readonly string[] = [],
): string {
  const curl = ["/usr/bin/curl --silent --noproxy '*' --max-time 1 --fail --output /dev/null"];
  const once = `for url in ${urls.join(" ")}; do ${[...curl, ...more].join(" ")} "$url" && return; done`;
  const ask = `others_serve() { for try in 1 2 3; do ${once}; sleep 1; done; return 1; }`;
  return `${ask}; others_serve || { echo 'no other node serves, so this one goes on'; exit 0; }`;
}
