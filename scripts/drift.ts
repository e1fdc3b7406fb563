import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Preview } from "../preview/model";
import { driftReport } from "./drift/report";
import { npmScript } from "./local/processes";
import { localStackName } from "./local/paths";
import { chosenStack } from "./operate/chosen-stack";
import { withUsage } from "./operate/with-usage";

const usage = "npm run drift -- [--stack <name>] [--file <Markdown>]";

function parseCommandLine() {
  return withUsage(usage, () => {
    const text = { type: "string" } as const;
    return parseArgs({ options: { stack: text, file: text } }).values;
  });
}

/** The preview with a refresh; a refused plan has the drift too. */
async function previewed(stack: string): Promise<Preview> {
  let output = "";
  const status = await npmScript("preview", ["--stack", stack, "--refresh", "--json"], {
    hear: (text) => (output += text),
    showsErrors: true,
  });
  try {
    return JSON.parse(output) as Preview;
  } catch {
    throw new Error(
      `the preview ended with ${status}, without an answer; its messages are above, and npm run preview -- --stack ${stack} --refresh repeats it`,
    );
  }
}

/**
 * `npm run drift -- [--stack <name>] [--file <Markdown>]`: changes that were made by hand since the last update. The
 * file is empty if there are none. Status 1, and no file, if nobody knows.
 */
async function main(): Promise<void> {
  const { stack, file } = parseCommandLine();
  const preview = await previewed(chosenStack(stack) ?? localStackName);
  const { lines, comment } = driftReport(preview);
  console.log(lines.join("\n"));
  if (file !== undefined) writeFileSync(file, comment);
}

main().catch((error: Error) => {
  console.error(`drift stopped: ${error.message}`);
  process.exitCode = 1;
});
