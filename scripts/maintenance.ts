import { endMaintenance, maintenanceStates, startMaintenance } from "./operate/maintenance";
import { operatedStack } from "./operate/operated-stack";

/**
 * `npm run maintenance -- on|off|status [--stack S]`: the site answers 503 with a maintenance page; workers and jobs
 * stop.
 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const use = args.includes("on") ? { dangerous: "npm run maintenance" } : {};
  const { outputs, words } = operatedStack(args, use);
  const [word = "status"] = words;
  if (word !== "on" && word !== "off" && word !== "status") {
    throw new Error(`maintenance must be on, off or status, got ${JSON.stringify(word)}`);
  }
  if (word === "on") await startMaintenance(outputs);
  if (word === "off") await endMaintenance(outputs);
  for (const [name, isOn] of await maintenanceStates(outputs)) {
    console.log(
      `${name}  ${isOn === undefined ? "does not answer" : isOn ? "maintenance" : "serves"}`,
    );
    if (isOn === undefined) process.exitCode = 1;
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
