import { GreedyRequests } from "./greedy-requests";
import { IdleConnections, type GreedyOrder, type GreedyReport } from "./greedy";

/** Number of connections over which requests are sent. */
const connections = 64;
/** Age from which a connection counts as held, milliseconds. */
const heldMs = 2_000;

/**
 * Runs one greedy client until its parent sends `stop` or ends, or until the client's time is over; then the client
 * reports, and ends.
 */
function main(order: GreedyOrder): void {
  const { host, port, path, requestsPerSecond, idleConnections, seconds } = order;
  const requests = new GreedyRequests({ host, port, path }, requestsPerSecond, connections);
  const idle = new IdleConnections(host, port, idleConnections, heldMs);
  if (requestsPerSecond > 0) requests.start();
  if (idleConnections > 0) idle.start();
  const end = () => {
    const report: GreedyReport = { ...requests.stop(), held: idle.held() };
    idle.stop();
    process.send!(report, undefined, undefined, () => process.exit());
  };
  process.once("message", end);
  process.once("disconnect", () => process.exit());
  setTimeout(end, seconds * 1000);
}

main(JSON.parse(process.argv[2]!) as GreedyOrder);
