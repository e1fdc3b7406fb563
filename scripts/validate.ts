import { ensureDocker, ensureImage } from "./build-image";
import { checkGoldenFiles } from "./local/golden-checks";
import { ensurePrerequisites, localCloudPrerequisites } from "./local/prerequisites";

/** `npm run validate`: the golden files through the services' own checkers. */
async function main(): Promise<void> {
  const progress = (line: string) => console.log(line);
  ensurePrerequisites(localCloudPrerequisites, progress);
  await ensureDocker({ progress });
  const results = await checkGoldenFiles(await ensureImage({ progress }));
  for (const { node, command, good, said } of results) {
    console.log(`${good ? "ok    " : "NOT OK"}  ${node}  ${command}`);
    if (!good) console.log(said.replace(/^/gm, "        "));
  }
  const refused = results.filter(({ good }) => !good).length;
  console.log(`${results.length - refused} accepted, ${refused} refused`);
  process.exitCode = refused > 0 || results.length === 0 ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
