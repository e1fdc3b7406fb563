import { z } from "zod";
import { waitUntil } from "./wait-until";

/** How to reach the API of the project that a stack is in. */
export interface CloudProject {
  /** With the version, such as `https://api.hetzner.cloud/v1`. */
  endpoint: string;
  token: string;
}

/** Longest wait for an answer, milliseconds. */
const answerMs = 30_000;
/** Longest wait for an action, seconds. */
const actionSeconds = 120;

const actionShape = z.object({
  action: z.object({
    id: z.number(),
    status: z.enum(["running", "success", "error"]),
    error: z.object({ message: z.string() }).nullish(),
  }),
});

/** What the API does after it has answered. */
export type CloudAction = z.infer<typeof actionShape>["action"];

/** One call; undefined if the thing is not there. @throws Error with what the API says. */
export async function cloudCall(
  { endpoint, token }: CloudProject,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(answerMs),
  });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

/** Starts an action and follows it to its end; a thing that is not there is no error. */
export async function cloudAct(
  project: CloudProject,
  method: "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<void> {
  const answer = await cloudCall(project, method, path, body);
  if (answer === undefined) return;
  const { action } = actionShape.parse(answer);
  const end = await waitUntil(
    `the end of action ${action.id}`,
    async (): Promise<CloudAction | undefined> => {
      const now = actionShape.parse(await cloudCall(project, "GET", `/actions/${action.id}`));
      return now.action.status === "running" ? undefined : now.action;
    },
    { timeoutSeconds: actionSeconds, intervalMs: 500 },
  );
  if (end.status === "error") throw new Error(`action ${end.id}: ${end.error?.message}`);
}
