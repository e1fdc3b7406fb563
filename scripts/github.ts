import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { repositoryOf, setComment, setIssue } from "./github/github";

const usages: Record<string, string> = {
  comment: "npm run github:comment -- --pull <number> --mark <mark> --file <Markdown>",
  issue: "npm run github:issue -- --mark <mark> --title <title> --file <Markdown>",
};

/**
 * `npm run github:comment` and `npm run github:issue`: one comment or issue for each mark, updated in place, of the
 * repository in `GITHUB_REPOSITORY`, with `GITHUB_TOKEN`. An issue whose file is empty is closed.
 */
async function main(): Promise<void> {
  const [kind = "", ...args] = process.argv.slice(2);
  const text = { type: "string" } as const;
  const options = { pull: text, mark: text, title: text, file: text };
  const { pull, mark, title, file } = parseArgs({ args, options }).values;
  const isAsked = kind === "comment" ? /^[1-9]\d*$/.test(pull ?? "") : title !== undefined;
  if (!mark || !file || !isAsked) throw new Error(`usage: ${usages[kind]}`);
  if (!/^[\w.-]+$/.test(mark))
    throw new Error(`--mark must be letters, digits, - and ., got ${mark}`);
  const body = readFileSync(file, "utf8");
  const repository = repositoryOf(process.env);
  const what =
    kind === "comment"
      ? await setComment(repository, Number(pull), mark, body)
      : await setIssue(repository, mark, title!, body);
  console.log(`${kind} ${mark}: ${what}`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
