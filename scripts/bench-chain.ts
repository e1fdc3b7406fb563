import { parseArgs } from "node:util";
import { ensureDocker, ensureImage } from "./build-image";
import { chainTable } from "./bench/reports";
import { ensurePrerequisites, localCloudPrerequisites } from "./local/prerequisites";
import { benchChain } from "./local/proxy-chain/chain";

/**
 * `npm run bench:chain`: requests per second, latency and processor time of each part of the chain from a visitor to the
 * app, with and without TLS between the tiers, and with and without kept connections, beside a chain with the packages' own
 * configurations. All parts run in one container of the host image.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "2" } } });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 60)) {
    throw new Error(`--seconds must be 1 to 60 for each figure, got ${values.seconds}; try 2`);
  }
  const progress = (line: string) => console.error(line);
  ensurePrerequisites(localCloudPrerequisites, progress);
  await ensureDocker({ progress });
  const figures = await benchChain(await ensureImage({ progress }), seconds);
  console.log(chainTable(figures));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
