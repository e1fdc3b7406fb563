import { leftovers } from "../localcloud/destroy";

/** `npm run sweep [-- --list]`: removes, or only lists, leftovers of local clouds on this machine. */
async function main(): Promise<void> {
  const onlyList = process.argv.includes("--list");
  const found = await leftovers();
  for (const { kind, name, remove } of found) {
    console.log(`${onlyList ? "found" : "removing"} ${kind} ${name}`);
    if (!onlyList) await remove();
  }
  if (onlyList || found.length === 0) {
    console.log(`${found.length} leftovers`);
    return;
  }
  const left = await leftovers();
  console.log(`${found.length - left.length} removed, ${left.length} left`);
  process.exitCode = left.length > 0 ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
