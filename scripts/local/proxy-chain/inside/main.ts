import { startBackend } from "./backend";
import type { Check, CheckReport } from "./results";
import { affinityChecks, startAffine } from "./check-affinity";
import { clientChecks } from "./check-clients";
import { encryptedChecks, misnamedChecks } from "./check-encrypted";
import { fileChecks } from "./check-files";
import { headerChecks } from "./check-headers";
import { limitChecks } from "./check-limits";
import { customLineChecks } from "./check-custom-lines";
import { namedChecks, proxiedChecks } from "./check-proxied";
import { aloneChecks, singlePageChecks } from "./check-pages";
import { reloadChecks } from "./check-reloads";
import { requestChecks } from "./check-requests";
import { securedChecks } from "./check-secured";
import { shareChecks } from "./check-shares";
import { sharingChecks, startOwnPorts, startShared, stopChecks } from "./check-stops";
import { printed, startDaemons } from "./daemons";

const checks: Record<string, Check[]> = {
  requests: requestChecks,
  clients: [...clientChecks, ...fileChecks],
  headers: headerChecks,
  alone: aloneChecks,
  single: singlePageChecks,
  proxied: proxiedChecks,
  named: namedChecks,
  worded: customLineChecks,
  limited: limitChecks,
  shares: shareChecks,
  secured: securedChecks,
  stops: stopChecks,
  sharing: sharingChecks,
  affine: affinityChecks,
  encrypted: [...requestChecks, ...encryptedChecks, ...reloadChecks],
  misnamed: misnamedChecks,
};

/** Starts the app of a chain with neighbours. @default one process */
const starts: Record<string, () => Promise<unknown>> = {
  stops: startOwnPorts,
  sharing: startShared,
  affine: startAffine,
};

/** Status of a request at the start. @default 200, from the app */
const firstStatus: Record<string, number> = { misnamed: 503, alone: 404, single: 404 };

/** Longest run, milliseconds. */
const longestMs = 280_000;

async function reportOf({ title, run }: Check): Promise<CheckReport> {
  try {
    return { title, good: true, detail: (await run()) ?? "" };
  } catch (error) {
    return { title, good: false, detail: (error as Error).message };
  }
}

/** Runs in a container: starts the proxies with the files in /chain, and prints the results of the checks. */
async function main([name = ""]: string[]): Promise<void> {
  // The process that waits outside may have ended.
  setTimeout(() => process.exit(1), longestMs).unref();
  await (starts[name] ?? (() => startBackend(3101)))();
  await startDaemons("/chain", firstStatus[name] ?? 200);
  for (const check of checks[name] ?? []) console.log(JSON.stringify(await reportOf(check)));
  if (process.env.VERBOSE) console.error(printed().join("\n"));
  process.exit(0);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
