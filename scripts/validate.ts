import { ensureDocker, ensureImage } from "./build-image";
import { checkGoldenFiles } from "./local/golden-checks";
import { ensurePrerequisites, localCloudPrerequisites } from "./local/prerequisites";
import { checkProxies } from "./local/proxy-chain/chain";

function print(good: boolean, title: string, output: string): void {
  console.log(`${good ? "ok    " : "NOT OK"}  ${title}`);
  if (output !== "") console.log(output.replace(/^/gm, "        "));
}

/** `npm run validate`: runs the services' own checkers on the golden files, and sends requests through the real proxies. */
async function main(): Promise<void> {
  const progress = (line: string) => console.log(line);
  ensurePrerequisites(localCloudPrerequisites, progress);
  await ensureDocker({ progress });
  const image = await ensureImage({ progress });
  const files = await checkGoldenFiles(image);
  for (const { node, command, good, output } of files) {
    print(good, `${node}  ${command}`, good ? "" : output);
  }
  const refused = files.filter(({ good }) => !good).length;
  console.log(`${files.length - refused} accepted, ${refused} refused`);
  const checks = await checkProxies(image);
  for (const { title, good, detail } of checks) print(good, title, detail);
  const untrue = checks.filter(({ good }) => !good).length;
  console.log(`${checks.length - untrue} true of the proxies, ${untrue} not`);
  process.exitCode = refused + untrue > 0 || files.length === 0 ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
