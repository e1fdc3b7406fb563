import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { waitUntil } from "./wait-until";

/** Access to the API of a stack's project. */
export interface CloudProject {
  /** Endpoint including the version, such as `https://api.hetzner.cloud/v1`. */
  endpoint: string;
  token: string;
}

/** Default limit of the wait for an answer, milliseconds. */
const usualMs = 30_000;
/** Pauses between attempts, milliseconds. The rate limit gives one call back each second. */
const retryMs = [500, 2_000, 5_000];
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

/** Action that the API continues after its answer. */
export type CloudAction = z.infer<typeof actionShape>["action"];

/**
 * The API's answer to one call, which may be an error.
 *
 * @param path path after the version.
 * @param answerMs longest wait for the whole answer, milliseconds.
 * @throws Error if the API does not answer in time, or if the token can be none.
 */
export async function cloudAnswer(
  { endpoint, token }: CloudProject,
  method: CloudMethod,
  path: string,
  body?: object,
  answerMs = usualMs,
): Promise<Response> {
  refuseToken(token);
  return fetch(`${endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(answerMs),
  });
}

/**
 * True if a call with this answer, or without one, can be repeated: the call did nothing, or only read. Another action has
 * a server that is `locked`, such as a move of the address; `protected` has the same status.
 */
function isRetried(method: CloudMethod, status: number | undefined, text = ""): boolean {
  if (status === 429 || (status === 423 && /"code":\s*"locked"/.test(text))) return true;
  return method === "GET" && (status === undefined || status >= 500);
}

/** @throws Error for a token that can be none: for its header `fetch` throws an error that contains the token. */
function refuseToken(token: string): void {
  if (!/^[\x21-\x7e]*$/.test(token.trim())) {
    throw new Error(
      "the API token must be one line of letters and digits, got a text with other characters; store it again: " +
        "pulumi config set --secret hcloud:token",
    );
  }
}

/** An answer with its whole body. Calls that did nothing are repeated after each of {@link retryMs}. */
async function lastAnswer(
  project: CloudProject,
  method: CloudMethod,
  path: string,
  body?: object,
): Promise<{ response: Response; text: string }> {
  refuseToken(project.token);
  for (let attempt = 0; ; attempt++) {
    const ms = retryMs[attempt];
    try {
      const response = await cloudAnswer(project, method, path, body);
      const text = await response.text();
      if (ms === undefined || !isRetried(method, response.status, text)) return { response, text };
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      // No program listens: the address is wrong, or the local cloud does not run.
      const isRefused = code === "ECONNREFUSED";
      if (ms === undefined || isRefused || !isRetried(method, undefined)) throw error;
    }
    await pause(ms);
  }
}

/**
 * Makes a call; undefined if the resource does not exist. A GET is repeated after a lost connection or a failure of the
 * API, and any call while the rate limit or a lock of the server refuses it.
 *
 * @throws Error with the API's message, after four attempts in about eight seconds.
 */
export async function cloudCall(
  project: CloudProject,
  method: CloudMethod,
  path: string,
  body?: object,
): Promise<unknown> {
  const { response, text } = await lastAnswer(project, method, path, body);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

/**
 * Starts an action and waits for its end; false: the resource does not exist, which is no error.
 *
 * @param timeoutSeconds longest wait for the end. @default two minutes
 */
export async function cloudAct(
  project: CloudProject,
  method: "POST" | "DELETE",
  path: string,
  body?: object,
  timeoutSeconds?: number,
): Promise<boolean> {
  const answer = await cloudCall(project, method, path, body);
  if (answer === undefined) return false;
  await actionEnded(project, actionShape.parse(answer).action.id, timeoutSeconds);
  return true;
}

/** Waits for the end of an action. @throws Error if the action fails, or takes longer than `timeoutSeconds`. */
export async function actionEnded(
  project: CloudProject,
  id: number,
  timeoutSeconds = actionSeconds,
): Promise<void> {
  const end = await waitUntil(
    `the end of action ${id}`,
    async (): Promise<CloudAction | undefined> => {
      const now = actionShape.parse(await cloudCall(project, "GET", `/actions/${id}`));
      return now.action.status === "running" ? undefined : now.action;
    },
    { timeoutSeconds, intervalMs: 500 },
  );
  if (end.status === "error") throw new Error(`action ${id}: ${end.error?.message}`);
}
