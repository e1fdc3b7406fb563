import { certificateLines } from "../rolling/edge";
import { edgeStates } from "./operate/edge";
import { readOutputs } from "./operate/outputs";
import { stackStatus } from "./local/status";
import { releasesOf, runningLines } from "./operate/releases";

/** `npm run status:local`: hosts, services, who holds the floating IP, which database is primary, which release runs. */
async function main(): Promise<void> {
  const outputs = readOutputs();
  const [rows, releases] = await Promise.all([stackStatus(outputs), releasesOf(outputs)]);
  const header = { name: "node", machine: "machine", host: "host", duty: "duty" };
  const width = (key: "name" | "machine" | "host") =>
    Math.max(...[header, ...rows].map((row) => row[key].length));
  for (const row of [header, ...rows]) {
    const cells = (["name", "machine", "host"] as const).map((key) => row[key].padEnd(width(key)));
    console.log(`${cells.join("  ")}  ${row.duty}`);
  }
  console.log("\nrelease");
  for (const line of runningLines(releases)) console.log(`  ${line}`);
  console.log(`\nURL ${outputs.url}`);
  for (const line of certificateLines(await edgeStates(outputs))) console.log(line);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
