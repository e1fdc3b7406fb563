import { type ActionAnswer, actionEnd, type Caller } from "../cloud-api/transport";
import { ApiFailure } from "../cloud-api/failure";

/** The three API calls of the mover, sent to the Hetzner API or to a broker. */
export class FloatingIpApi {
  /** @param selector label selector of all floating IPs of the stack, such as `stack=dev`. */
  constructor(
    private readonly caller: Caller,
    private readonly selector: string,
  ) {}

  /**
   * Owners of the floating IPs as server ids or null, in the order of `ids`, undefined for a floating IP that does not
   * exist any more; one API call.
   *
   * @throws ApiFailure if none of the floating IPs exists.
   */
  async owners(ids: readonly number[]): Promise<(number | null | undefined)[]> {
    const query = `per_page=50&label_selector=${encodeURIComponent(this.selector)}`;
    const answer = (await this.caller.call("GET", `floating_ips?${query}`)) as {
      floating_ips: { id: number; server: number | null }[];
    };
    const owners = new Map(answer.floating_ips.map(({ id, server }) => [id, server]));
    const found = ids.map((id) => owners.get(id));
    if (found.every((owner) => owner === undefined)) {
      throw new ApiFailure(`floating IP ${ids.join(", ")} does not exist`);
    }
    return found;
  }

  /**
   * Assigns the floating IP to a server. Resolves once the API has accepted that, with a function that waits until the
   * action has succeeded. Never unassigns first.
   *
   * @throws ApiFailure if the API refuses it, and so does the function if the action fails.
   */
  async assign(floatingIpId: number, serverId: number): Promise<() => Promise<void>> {
    const path = `floating_ips/${floatingIpId}/actions/assign`;
    const answer = (await this.caller.call("POST", path, { server: serverId })) as ActionAnswer;
    return () => actionEnd(this.caller, answer, "assign");
  }
}
