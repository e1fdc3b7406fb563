import { z } from "zod";
import { waitUntil } from "./wait-until";

/** How to reach the API of the project that a stack is in. */
export interface CloudProject {
  /** With the version, such as `https://api.hetzner.cloud/v1`. */
  endpoint: string;
  token: string;
}

/** Longest wait for an answer unless a caller says another one, milliseconds. */
const usualMs = 30_000;
/** Longest wait for an action, seconds. */
const actionSeconds = 120;

const actionShape = z.object({
  action: z.object({
    id: z.number(),
    status: z.enum(["running", "success", "error"]),
    error: z.object({ message: z.string() }).nullish(),
  }),
});

type CloudMethod = "GET" | "POST" | "DELETE";

/** What the API does after it has answered. */
export type CloudAction = z.infer<typeof actionShape>["action"];

/**
 * What the API answers to one call, errors too.
 *
 * @param path begins after the version.
 * @param answerMs longest wait for the whole answer.
 * @throws Error if there is no answer in time.
 */
export function cloudAnswer(
  { endpoint, token }: CloudProject,
  method: CloudMethod,
  path: string,
  body?: object,
  answerMs = usualMs,
): Promise<Response> {
  return fetch(`${endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(answerMs),
  });
}

/** One call; undefined if the thing is not there. @throws Error with what the API says. */
export async function cloudCall(
  project: CloudProject,
  method: CloudMethod,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await cloudAnswer(project, method, path, body);
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
  await actionEnded(project, actionShape.parse(answer).action.id);
}

/** Follows an action to its end. @throws Error if it fails, or takes longer than two minutes. */
export async function actionEnded(project: CloudProject, id: number): Promise<void> {
  const end = await waitUntil(
    `the end of action ${id}`,
    async (): Promise<CloudAction | undefined> => {
      const now = actionShape.parse(await cloudCall(project, "GET", `/actions/${id}`));
      return now.action.status === "running" ? undefined : now.action;
    },
    { timeoutSeconds: actionSeconds, intervalMs: 500 },
  );
  if (end.status === "error") throw new Error(`action ${id}: ${end.error?.message}`);
}
