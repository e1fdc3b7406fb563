import { z } from "zod";
import type { StackOutputs } from "./outputs";
import { runOnNode } from "./ssh";

/** Directory on a database node where the supervisor saves transactions before a clone replaces them. */
const folder = "/var/lib/webstack-supervisor/saved";

const shape = z.looseObject({
  gtids: z.string(),
  reason: z.string(),
  donor: z.string(),
  savedAt: z.string(),
  bytes: z.number(),
});

/** Lines for each file of saved transactions: name of the JSON file, a space, its text. */
const listing = `sudo sh -c 'cd ${folder} 2>/dev/null && for f in *.json; do test -e "$f" && echo "$f $(tr -d "\\n" < "$f")"; done; true'`;

/** Lines for the operator about saved transactions, from a node's listing. */
export function describeSaved(lines: string): string[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const at = line.indexOf(" ");
      const path = `${folder}/${line.slice(0, at).replace(/\.json$/, ".sql")}`;
      const { gtids, donor, savedAt, bytes } = shape.parse(JSON.parse(line.slice(at + 1)));
      return [
        `saved ${savedAt} before a copy of ${donor}: ${gtids} (${bytes} bytes)`,
        `  read it with: sudo grep -E '^(SET @@SESSION.GTID_NEXT|###)' ${path}`,
      ];
    });
}

/** Lines for the operator about a node's saved transactions; empty for an unreachable node. */
export async function savedOn(outputs: StackOutputs, node: string): Promise<string[]> {
  return describeSaved(await runOnNode(outputs, node, listing).catch(() => ""));
}
