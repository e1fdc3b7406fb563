import { ApiFailure } from "../cloud-api/failure";
import type { Caller } from "../cloud-api/transport";
import { monotonicMs } from "../time/monotonic";

/** Poll interval of an action: 200 ms for the first polls, then one second; and its timeout, milliseconds. */
const pollMs = { first: 200, firstLooks: 5, then: 1_000 };
const actionMs = 15_000;

interface ActionAnswer {
  action: { id: number; status: string; error?: { message: string } | null };
}

/** The three API calls of the mover, sent to the Hetzner API or to a broker. */
export class FloatingIpApi {
  /** @param selector label selector of all floating IPs of the stack, such as `stack=dev`. */
  constructor(
    private readonly caller: Caller,
    private readonly selector: string,
  ) {}

  /**
   * Owners of the floating IPs as server ids or null, in the order of `ids`; one API call.
   *
   * @throws ApiFailure if a floating IP does not exist.
   */
  async owners(ids: readonly number[]): Promise<(number | null)[]> {
    const query = `per_page=50&label_selector=${encodeURIComponent(this.selector)}`;
    const answer = (await this.caller.call("GET", `floating_ips?${query}`)) as {
      floating_ips: { id: number; server: number | null }[];
    };
    const owners = new Map(answer.floating_ips.map(({ id, server }) => [id, server]));
    return ids.map((id) => {
      const owner = owners.get(id);
      if (owner === undefined) throw new ApiFailure(`floating IP ${id} does not exist`);
      return owner;
    });
  }

  /** Assigns the floating IP to a server and waits until the action has succeeded. Never unassigns first. */
  async assign(floatingIpId: number, serverId: number): Promise<void> {
    const path = `floating_ips/${floatingIpId}/actions/assign`;
    const answer = (await this.caller.call("POST", path, { server: serverId })) as ActionAnswer;
    let { action } = answer;
    const end = monotonicMs() + actionMs;
    for (let look = 1; action.status === "running"; look++) {
      if (monotonicMs() > end)
        throw new ApiFailure(`action ${action.id} did not end within ${actionMs / 1000} s`);
      const waitMs = look > pollMs.firstLooks ? pollMs.then : pollMs.first;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      action = ((await this.caller.call("GET", `actions/${action.id}`)) as ActionAnswer).action;
    }
    if (action.status !== "success") {
      throw new ApiFailure(`assign failed: ${action.error?.message ?? action.status}`);
    }
  }
}
