import { parseArgs } from "node:util";
import { databaseDrills } from "./drill/database";
import { waitForGroup } from "./drill/database-state";
import { median } from "./drill/report";
import { readOutputs, type StackOutputs } from "./operate/outputs";
import { localPaths } from "./local/paths";
import { takeLock } from "./local/processes";
import { runOnNode } from "./operate/ssh";

/** Pieces of the supervisors' XCom help, with the faults for which each is meant, by their numbers in the matrix. */
const pieces: Record<string, readonly string[]> = {
  "slot-filling": ["F24", "F29"],
  "fast-refusal": ["F29c", "F26"],
  "severed-links": ["F29d"],
  "join-gate": ["F29d"],
};
const settingsPath = "/etc/webstack/supervisor.json";

/** Enables these pieces of the help on every supervisor; undefined: all. */
async function use(outputs: StackOutputs, wanted: readonly string[] | undefined): Promise<void> {
  const change = wanted ? `s.xcomHelp = ${JSON.stringify(wanted)};` : "delete s.xcomHelp;";
  const program =
    `const fs = require("fs"); const s = JSON.parse(fs.readFileSync("${settingsPath}")); ${change} ` +
    `fs.writeFileSync("${settingsPath}", JSON.stringify(s, null, 2) + "\\n");`;
  const command = `sudo node -e '${program}' && sudo systemctl restart webstack-supervisor`;
  for (const { name } of outputs.nodes.filter(({ role }) => role === "db")) {
    await runOnNode(outputs, name, command, 60_000);
    await waitForGroup(outputs, 90);
  }
}

/** Longest pause of acknowledged writes, milliseconds. */
async function pauseOf(outputs: StackOutputs, id: string): Promise<number> {
  const drill = databaseDrills.find((one) => one.id === id)!;
  const { outageMs, failed, broken } = await drill.run(outputs);
  if (failed > 0 || broken) console.log(`${id}: ${failed} failed, ${broken ?? 0} promises broken`);
  return outageMs;
}

function rangeText(values: readonly number[]): string {
  return `${Math.min(...values)} / ${median(values)} / ${Math.max(...values)}`;
}

/** Runs a fault with all pieces and without one, in turn, so that both runs see the same load of the machine. */
async function compare(outputs: StackOutputs, piece: string, id: string, runs: number) {
  const others = Object.keys(pieces).filter((name) => name !== piece);
  const [all, without]: [number[], number[]] = [[], []];
  for (let run = 1; run <= runs; run++) {
    await use(outputs, undefined);
    all.push(await pauseOf(outputs, id));
    await use(outputs, others);
    without.push(await pauseOf(outputs, id));
    console.log(`${id} run ${run}: ${all.at(-1)} ms with all, ${without.at(-1)} without ${piece}`);
  }
  return `${piece}, ${id}: min / median / max ${rangeText(all)} ms with it, ${rangeText(without)} ms without, ${runs} runs each`;
}

/** `npm run bench:xcom [-- piece ...] [--runs N]`: what each piece of the help for XCom saves. */
async function main(): Promise<void> {
  const options = { runs: { type: "string", default: "10" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const runs = Number(values.runs);
  const unknown = positionals.filter((name) => !(name in pieces));
  if (!Number.isInteger(runs) || runs < 1 || unknown.length > 0) {
    throw new Error(
      `usage: npm run bench:xcom [-- ${Object.keys(pieces).join("|")} ...] [--runs N]`,
    );
  }
  const chosen = positionals.length > 0 ? positionals : Object.keys(pieces);
  const outputs = readOutputs();
  takeLock(localPaths.drillLock, "npm run bench:xcom");
  const lines: string[] = [];
  try {
    for (const piece of chosen) {
      for (const id of pieces[piece]!) lines.push(await compare(outputs, piece, id, runs));
    }
  } finally {
    await use(outputs, undefined);
  }
  console.log(lines.join("\n"));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
