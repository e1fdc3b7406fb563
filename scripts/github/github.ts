import { z } from "zod";

/** A repository on GitHub, from the variables of its workflows. */
export interface Repository {
  /** Such as `https://api.github.com`. */
  api: string;
  /** Owner and name. */
  name: string;
  token: string;
  /** URL of the workflow run that writes; absent: no run. */
  run?: string | undefined;
  /** Login that writes with the token; absent, on a desk: not known. */
  author?: string | undefined;
}

/** Login that every entry has that a workflow writes with its own token. */
const workflowAuthor = "github-actions[bot]";

const entryShape = z.object({
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
  /** There for a pull request, which the list of issues has too. */
  pull_request: z.unknown().optional(),
});
type Entry = z.infer<typeof entryShape>;
const entriesShape = z.array(entryShape.extend({ id: z.number() }));
const issuesShape = z.array(entryShape.extend({ number: z.number() }));

const pullsShape = z.array(z.object({ number: z.number(), head: z.object({ sha: z.string() }) }));

/** Longest wait for an answer, milliseconds. */
const answerMs = 30_000;
/** Entries on a page, and largest number of pages that are read. */
const [perPage, mostPages] = [100, 30];
/** Longest text of a comment, characters: GitHub's limit is 65536, and mark and link need some. */
const longest = 65_000;

/** The repository that the variables of a workflow name. @throws Error with the missing variable. */
export function repositoryOf(env: NodeJS.ProcessEnv): Repository {
  const { GITHUB_API_URL = "https://api.github.com", GITHUB_REPOSITORY, GITHUB_TOKEN } = env;
  if (!GITHUB_REPOSITORY) throw new Error("GITHUB_REPOSITORY must be <owner>/<name>, got nothing");
  if (!GITHUB_TOKEN) throw new Error("GITHUB_TOKEN must be a token of the repository, got nothing");
  const { GITHUB_SERVER_URL, GITHUB_RUN_ID } = env;
  const run = GITHUB_SERVER_URL && GITHUB_RUN_ID;
  return {
    ...{ api: GITHUB_API_URL, name: GITHUB_REPOSITORY, token: GITHUB_TOKEN },
    ...(run ? { run: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${run}` } : {}),
    ...(env.GITHUB_ACTIONS === "true" ? { author: workflowAuthor } : {}),
  };
}

/**
 * Writes the comment with a mark on a pull request: updates the existing comment, or creates it.
 *
 * @param text Markdown; empty: the comment says that there is nothing to show.
 */
export async function setComment(
  repository: Repository,
  pull: number,
  mark: string,
  text: string,
): Promise<"new" | "updated"> {
  const report = text.trim() === "" ? "There is nothing to show; the run says why." : text;
  const body = marked(repository, mark, report);
  const list = `/issues/${pull}/comments`;
  const own = await found(repository, list, entriesShape, mark);
  if (own) await call(repository, "PATCH", `/issues/comments/${own.id}`, { body });
  else await call(repository, "POST", list, { body });
  return own ? "updated" : "new";
}

/**
 * The open pull request of a branch, which may be a fork's: an event of a fork's run does not name the pull request.
 *
 * @param head owner and branch, such as `somebody:feature`.
 * @param sha commit that the branch is at.
 * @throws Error if no open pull request is at that commit.
 */
export async function pullOf(repository: Repository, head: string, sha: string): Promise<number> {
  const path = `/pulls?state=open&head=${encodeURIComponent(head)}`;
  const found = pullsShape.parse(await call(repository, "GET", path));
  const own = found.find((pull) => pull.head.sha === sha);
  if (own) return own.number;
  throw new Error(`no open pull request of ${head} is at ${sha}; a later run has its comment`);
}

/** Writes the open issue with a mark; without text closes it, if there is one. */
export async function setIssue(
  repository: Repository,
  mark: string,
  title: string,
  text: string,
): Promise<"new" | "updated" | "closed" | "none"> {
  const own = await found(repository, "/issues?state=open", issuesShape, mark);
  if (text.trim() === "") {
    if (own) await call(repository, "PATCH", `/issues/${own.number}`, { state: "closed" });
    return own ? "closed" : "none";
  }
  const issue = { title, body: marked(repository, mark, text) };
  if (own) await call(repository, "PATCH", `/issues/${own.number}`, issue);
  else await call(repository, "POST", "/issues", issue);
  return own ? "updated" : "new";
}

function lineOf(mark: string): string {
  return `<!-- webstack ${mark} -->`;
}

/**
 * The text after its mark, which readers do not see. A text that is too long is cut, with a note at its beginning: the
 * end may be folded.
 */
function marked({ run }: Repository, mark: string, text: string): string {
  const isCut = text.length > longest;
  const kept = isCut ? text.slice(0, text.lastIndexOf("\n", longest)) : text.trimEnd();
  const notes = [...(isCut ? ["The end is cut."] : []), ...(run ? [`[The run](${run})`] : [])];
  return [
    lineOf(mark),
    ...(isCut ? [notes.join(" "), ""] : []),
    kept,
    ...(isCut ? [] : ["", ...notes]),
  ]
    .join("\n")
    .trimEnd();
}

/**
 * True for an entry of this project's. Anybody may write one with a mark, and change it later; no pull request is an issue.
 */
function isOwn({ author }: Repository, { body, user, pull_request }: Entry, mark: string): boolean {
  if (!body?.startsWith(lineOf(mark)) || pull_request !== undefined) return false;
  return author === undefined || user?.login === author;
}

/** The first entry of a list that begins with the mark, and that this project wrote. */
async function found<T extends Entry>(
  repository: Repository,
  list: string,
  shape: z.ZodType<T[]>,
  mark: string,
): Promise<T | undefined> {
  for (let page = 1; page <= mostPages; page++) {
    const query = `${list.includes("?") ? "&" : "?"}per_page=${perPage}&page=${page}`;
    const entries = shape.parse(await call(repository, "GET", `${list}${query}`));
    const own = entries.find((entry) => isOwn(repository, entry, mark));
    if (own || entries.length < perPage) return own;
  }
  return undefined;
}

async function call(
  { api, name, token }: Repository,
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${api}/repos/${name}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
