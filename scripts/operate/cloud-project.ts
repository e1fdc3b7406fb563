import { execFileSync } from "node:child_process";
import { z } from "zod";
import { localCloud } from "../local/cloud";
import { repositoryRoot } from "../local/paths";
import { waitUntil } from "../local/wait-until";

/** How to reach the API of the project that a stack is in. */
export interface CloudProject {
  /** With the version, such as `https://api.hetzner.cloud/v1`. */
  endpoint: string;
  token: string;
}

const officialEndpoint = "https://api.hetzner.cloud/v1";
/** Longest wait for an action, seconds. */
const actionSeconds = 120;

const actionShape = z.object({
  action: z.object({
    id: z.number(),
    status: z.enum(["running", "success", "error"]),
    error: z.object({ message: z.string() }).nullish(),
  }),
});

function setting(key: string, stack: string): string | undefined {
  const words = ["config", "get", key, "--stack", stack];
  const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
  try {
    return execFileSync("pulumi", words, { cwd: repositoryRoot, encoding: "utf8", stdio }).trim();
  } catch {
    return undefined;
  }
}

/** The project of a stack, by its settings; without a name that of the local cloud. */
export function cloudProject(stack: string | undefined): CloudProject {
  if (stack === undefined) return localCloud();
  const token = setting("hcloud:token", stack) ?? process.env.HCLOUD_TOKEN;
  if (!token) throw new Error(`stack ${stack} has no hcloud:token, and HCLOUD_TOKEN is not set`);
  return { endpoint: setting("hcloud:endpoint", stack) ?? officialEndpoint, token };
}

/** One call; undefined if the thing is not there. @throws Error with what the API says. */
async function call(
  { endpoint, token }: CloudProject,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<z.infer<typeof actionShape>["action"] | undefined> {
  const response = await fetch(`${endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return actionShape.parse(JSON.parse(text)).action;
}

/** Follows an action to its end. */
async function ended(
  project: CloudProject,
  action: Awaited<ReturnType<typeof call>>,
): Promise<void> {
  if (!action) return;
  const end = await waitUntil(
    `the end of action ${action.id}`,
    async () => {
      const now = await call(project, "GET", `/actions/${action.id}`);
      return now?.status === "running" ? undefined : now;
    },
    { timeoutSeconds: actionSeconds, intervalMs: 500 },
  );
  if (end.status === "error") throw new Error(`action ${end.id}: ${end.error?.message}`);
}

/**
 * Deletes a server, protected or not; one that is not there is no error. Its volumes stay.
 * https://docs.hetzner.cloud/reference/cloud#server-actions-change-server-protection
 */
export async function deleteServer(project: CloudProject, id: number): Promise<void> {
  // The API wants both protections of a server to be equal.
  const open = { delete: false, rebuild: false };
  const path = `/servers/${id}`;
  await ended(project, await call(project, "POST", `${path}/actions/change_protection`, open));
  await ended(project, await call(project, "DELETE", path));
}
