import { lstatSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { pullOf, repositoryOf, setComment, setIssue } from "./github/github";

const usages: Record<string, string> = {
  comment:
    "npm run github:comment -- (--pull <number> | --head <owner>:<branch> --sha <commit>) --mark <mark> --file <Markdown>",
  issue: "npm run github:issue -- --mark <mark> --title <title> --file <Markdown>",
};

/**
 * `npm run github:comment` and `npm run github:issue`: one comment or issue for each mark, updated in place, of the
 * repository in `GITHUB_REPOSITORY`, with `GITHUB_TOKEN`. An issue whose file is empty is closed. With `--head` the
 * text comes from a fork's own run, and a line above the text says that.
 */
async function main(): Promise<void> {
  const [kind = "", ...args] = process.argv.slice(2);
  const text = { type: "string" } as const;
  const options = { pull: text, head: text, sha: text, mark: text, title: text, file: text };
  const { pull, head, sha, mark, title, file } = parseArgs({ args, options }).values;
  const isComplete =
    kind === "comment" ? /^[1-9]\d*$/.test(pull ?? "") || (head && sha) : title !== undefined;
  if (!mark || !file || !isComplete) throw new Error(`usage: ${usages[kind]}`);
  if (!/^[\w.-]+$/.test(mark))
    throw new Error(`--mark must be letters, digits, - and ., got ${mark}`);
  const repository = repositoryOf(process.env);
  const read = textOf(file);
  const what =
    kind === "comment"
      ? await setComment(
          repository,
          pull === undefined ? await pullOf(repository, head!, sha!) : Number(pull),
          mark,
          pull === undefined ? fromFork(read) : read,
        )
      : await setIssue(repository, mark, title!, read);
  console.log(`${kind} ${mark}: ${what}`);
}

/**
 * The text of a file. A fork's archive decides what is at that path: the target of a link, such as this process's
 * environment with its token, must not become a comment.
 *
 * @throws Error if there is something else than a file.
 */
function textOf(file: string): string {
  if (lstatSync(file).isFile()) return readFileSync(file, "utf8");
  throw new Error(`--file must be a file itself, got a link or a folder: ${file}`);
}

/** The text of a fork's run, marked as not checked by this repository, and without mentions, which would notify people. */
function fromFork(text: string): string {
  const note = "_Made by the fork's own run, without a secret; nobody here has checked it._";
  return `${note}\n\n${text.replaceAll("@", "@\u200b").replaceAll("<!--", "&lt;!--")}`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
