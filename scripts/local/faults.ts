import { controlPort } from "./paths";

/** A fault as the control API of the local cloud takes it; see `localcloud/README.md`. */
export interface FaultRequest {
  fault: string;
  [argument: string]: unknown;
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${controlPort}${path}`, {
    method,
    ...(body
      ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } }
      : {}),
    signal: AbortSignal.timeout(60_000),
  });
  const answer = (await response.json()) as { error?: string };
  if (!response.ok)
    throw new Error(answer.error ?? `${method} ${path} answered ${response.status}`);
  return answer;
}

/** Faults that this process injected and has not healed. */
const own = new Set<number>();

/** Injects a fault; returns its id. @throws Error with the rule that the fault breaks. */
export async function inject(fault: FaultRequest): Promise<number> {
  const { id } = (await call("POST", "/faults", fault)) as { id: number };
  own.add(id);
  return id;
}

/** Heals the faults that this process injected; faults of another process stay. Returns the number of healed faults. */
export async function healInjected(): Promise<number> {
  const lasting = (await activeFaults()).filter(({ id }) => own.has(id));
  for (const { id } of lasting) await heal(id);
  own.clear();
  return lasting.length;
}

/** Heals one fault, or all faults. */
export async function heal(id?: number): Promise<void> {
  await call("DELETE", id === undefined ? "/faults" : `/faults/${id}`);
}

/** The present faults. */
export async function activeFaults(): Promise<{ id: number; fault: FaultRequest }[]> {
  return ((await call("GET", "/faults")) as { faults: { id: number; fault: FaultRequest }[] })
    .faults;
}

/** Resets the project's rate limit: drills make in minutes as many calls as a site in days. */
export async function resetRateLimit(): Promise<void> {
  await call("DELETE", "/rate-limit");
}

/** Programs of the hosts that call the API. */
const hostPrograms = ["webstack-broker", "webstack-mover"];

/** Calls to the API that the hosts have made since the local cloud was started. */
export async function apiCalls(): Promise<number> {
  const { calls } = (await call("GET", "/calls")) as { calls: Record<string, number> };
  return hostPrograms.reduce((sum, name) => sum + (calls[name] ?? 0), 0);
}
