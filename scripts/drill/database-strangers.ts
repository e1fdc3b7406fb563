import { probeClosedPorts, wronglyAnswered } from "./closed-ports";
import { harmless, usualWatch } from "./database-kinds";
import type { Members } from "./database-watch";
import type { Drill } from "./drill";

async function askedByStrangers({ outputs }: Members): Promise<void> {
  const wrong = wronglyAnswered(await probeClosedPorts(outputs));
  if (wrong.length > 0) throw new Error(`answered a stranger: ${wrong.join("; ")}`);
}

/** What somebody can do who is on a host, or has SSH, without being root. */
export const strangerDrills: readonly Drill[] = [
  harmless(
    "F46b",
    "every port of the supervisors and the broker, asked by a stranger",
    askedByStrangers,
    usualWatch,
  ),
];
