import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pullOf, repositoryOf, setComment, setIssue } from "../../../scripts/github/github";

const env = {
  ...{ GITHUB_API_URL: "https://api.test", GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: "secret" },
  ...{ GITHUB_SERVER_URL: "https://git.test", GITHUB_RUN_ID: "7" },
};
const repository = repositoryOf(env);

interface Entry {
  id: number;
  number: number;
  body: string;
  state?: string;
  title?: string;
}
let entries: Entry[];
let asked: string[];

beforeEach(() => {
  [entries, asked] = [[], []];
  vi.stubGlobal("fetch", async (url: string, { method, body }: RequestInit) => {
    const path = url.replace("https://api.test/repos/o/r", "");
    asked.push(`${method} ${path}`);
    const sent = body === undefined ? {} : (JSON.parse(String(body)) as object);
    const page = Number(/[?&]page=(\d+)/.exec(path)?.[1]);
    if (method === "GET") {
      const open = entries.filter(({ state }) => state !== "closed");
      return new Response(JSON.stringify(open.slice((page - 1) * 100, page * 100)));
    }
    const id = Number(path.split("/").at(-1));
    if (method === "PATCH")
      Object.assign(
        entries.find((one) => one.id === id)!,
        sent,
      );
    else entries.push({ id: entries.length, number: entries.length, body: "", ...sent });
    return new Response("{}");
  });
});
afterEach(() => void vi.unstubAllGlobals());

it("has one comment for each mark, and updates it in place", async () => {
  entries = Array.from({ length: 120 }, (_, id) => ({ id, number: id, body: "a person's words" }));
  expect(await setComment(repository, 5, "preview-dev", "**safe**\n")).toBe("new");
  expect(await setComment(repository, 5, "preview-prod", "**safe**")).toBe("new");
  expect(await setComment(repository, 5, "preview-dev", "**careful**")).toBe("updated");
  expect(entries).toHaveLength(122);
  expect(entries[120]!.body).toBe(
    "<!-- webstack preview-dev -->\n**careful**\n\n[The run](https://git.test/o/r/actions/runs/7)",
  );
  expect(asked.at(-1)).toBe("PATCH /issues/comments/120");
  expect(asked[0]).toBe("GET /issues/5/comments?per_page=100&page=1");
});

it("cuts what is too long, and says so where it is seen; says if there is nothing", async () => {
  const long = `<details><summary>a</summary>\n${"line of a diff\n".repeat(6_000)}</details>`;
  await setComment(repository, 5, "preview-dev", long);
  expect(entries[0]!.body.length).toBeLessThan(65_536);
  expect(entries[0]!.body).toMatch(/^<!-- webstack preview-dev -->\nThe end is cut\. \[The run\]/);
  await setComment(repository, 5, "preview-dev", "\n");
  expect(entries[0]!.body).toContain("There is nothing to show; the run says why.");
});

it("opens one issue, updates it, and closes it when there is nothing any more", async () => {
  expect(await setIssue(repository, "drift-dev", "Drift of dev", "")).toBe("none");
  expect(await setIssue(repository, "drift-dev", "Drift of dev", "web-1")).toBe("new");
  expect(await setIssue(repository, "drift-dev", "Drift of dev", "web-2")).toBe("updated");
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({
    title: "Drift of dev",
    body: expect.stringContaining("web-2"),
  });
  expect(await setIssue(repository, "drift-dev", "Drift of dev", "")).toBe("closed");
  expect(await setIssue(repository, "drift-dev", "Drift of dev", "web-1")).toBe("new");
});

it("names the variable that is missing, and passes on what is refused without the token", async () => {
  expect(() => repositoryOf({})).toThrow("GITHUB_REPOSITORY must be");
  expect(() => repositoryOf({ GITHUB_REPOSITORY: "o/r" })).toThrow("GITHUB_TOKEN must be");
  vi.stubGlobal("fetch", async () => new Response("Resource not accessible", { status: 403 }));
  const refused = await setComment(repository, 5, "m", "t").catch((error: Error) => error.message);
  expect(refused).toMatch(/^GET \/issues\/5\/comments.* answered 403: Resource not accessible$/);
});

it("finds the pull request of a fork's branch, if the branch is still where its run was", async () => {
  const pulls = [{ number: 12, head: { sha: "abc" } }];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return new Response(JSON.stringify(pulls));
  });
  expect(await pullOf(repository, "somebody:a&b", "abc")).toBe(12);
  expect(asked).toEqual(["https://api.test/repos/o/r/pulls?state=open&head=somebody%3Aa%26b"]);
  await expect(pullOf(repository, "somebody:a&b", "def")).rejects.toThrow(
    "no open pull request of somebody:a&b is at def; a later run has its comment",
  );
});

const inWorkflow = repositoryOf({ ...env, GITHUB_ACTIONS: "true" });
const written = (id: number, login: string, more: object = {}) => ({
  ...{ id, number: id, body: "<!-- webstack preview-prod -->\nold", user: { login } },
  ...more,
});

it("leaves an outsider's comment with the mark alone, and writes one of its own", async () => {
  entries = [written(0, "somebody")];
  expect(await setComment(inWorkflow, 3, "preview-prod", "safe")).toBe("new");
  expect(entries[0]!.body).toContain("old");
  entries[1] = written(1, "github-actions[bot]");
  expect(await setComment(inWorkflow, 3, "preview-prod", "dangerous")).toBe("updated");
  expect(entries.map(({ body }) => /old|dangerous/.exec(body)?.[0])).toEqual(["old", "dangerous"]);
});

it("takes no pull request for its issue", async () => {
  entries = [written(0, "github-actions[bot]", { pull_request: {} })];
  expect(await setIssue(inWorkflow, "preview-prod", "Drift", "one line")).toBe("new");
  expect(entries[0]!.body).toContain("old");
});
