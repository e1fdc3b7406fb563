import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Preview } from "../preview/model";
import { markdown } from "../preview/render/markdown";
import { repositoryRoot } from "./local/paths";

const usage = "usage: npm run drift -- [--stack <name>] [--file <Markdown>]";

function asked() {
  try {
    const text = { type: "string" } as const;
    return parseArgs({ options: { stack: text, file: text } }).values;
  } catch (error) {
    throw new Error(`${usage}; ${(error as Error).message}`, { cause: error });
  }
}

/** What the preview says after a look at what is there; also a plan that is refused says it. */
function previewed(stack: string | undefined): Promise<Preview> {
  const own = stack === undefined ? [] : ["--stack", stack];
  const words = ["run", "--silent", "preview", "--", ...own, "--refresh", "--json"];
  return new Promise((resolve, reject) => {
    const child = spawn("npm", words, {
      cwd: repositoryRoot,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", reject);
    child.on("close", (status) => {
      try {
        resolve(JSON.parse(said) as Preview);
      } catch {
        reject(new Error(`the preview ended with ${status}, without an answer`));
      }
    });
  });
}

/**
 * `npm run drift -- [--stack <name>] [--file <Markdown>]`: what somebody changed by hand since the last update. The file is
 * empty if nobody did.
 */
async function main(): Promise<void> {
  const { stack, file } = asked();
  const preview = await previewed(stack);
  const { drift } = preview;
  const what = drift.map((one) => `${one.what}${one.isGone ? " is gone" : ""}`);
  console.log(drift.length === 0 ? "nobody changed anything by hand" : what.join("\n"));
  if (file !== undefined) writeFileSync(file, drift.length === 0 ? "" : markdown(preview));
}

main().catch((error: Error) => {
  console.error(`drift stopped: ${error.message}`);
  process.exitCode = 1;
});
