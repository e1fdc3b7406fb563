import { monotonicMs } from "../time/monotonic";
import { ApiFailure } from "./failure";
import type { Caller } from "./transport";

/** Poll interval of an action: 200 ms for the first polls, then one second; and its timeout, milliseconds. */
const pollMs = { first: 200, firstLooks: 5, then: 1_000 };
const actionMs = 15_000;

/** Answer of the API to a request that starts an action. */
export interface ActionAnswer {
  action: { id: number; status: string; error?: { message: string } | null };
}

/** Waits until an action has succeeded. @throws ApiFailure if it fails, or runs for more than 15 s. */
export async function actionEnd(
  caller: Caller,
  started: ActionAnswer,
  what: string,
): Promise<void> {
  let { action } = started;
  const end = monotonicMs() + actionMs;
  for (let poll = 1; action.status === "running"; poll++) {
    if (monotonicMs() > end) {
      throw new ApiFailure(`action ${action.id} did not end within ${actionMs / 1000} s`);
    }
    const waitMs = poll > pollMs.firstLooks ? pollMs.then : pollMs.first;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    action = ((await caller.call("GET", `actions/${action.id}`)) as ActionAnswer).action;
  }
  if (action.status !== "success") {
    throw new ApiFailure(`${what} failed: ${action.error?.message ?? action.status}`);
  }
}
