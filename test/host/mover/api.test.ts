import { describe, expect, it } from "vitest";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { FloatingIpApi } from "../../../host/mover/api";

const action = (status: string, error?: object) => ({ action: { id: 5, status, error } });

/** A way to the API that gives the answers in turn and notes what it was asked. */
function apiWith(...answers: (object | Error)[]) {
  const calls: string[] = [];
  const caller = {
    call: async (method: string, path: string, body?: object) => {
      calls.push(`${method} ${path} ${body ? JSON.stringify(body) : ""}`.trim());
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { calls, api: new FloatingIpApi(caller, "stack=test") };
}

describe("FloatingIpApi", () => {
  it("assigns with one POST and polls the action until it has succeeded", async () => {
    const { api, calls } = apiWith(action("running"), action("running"), action("success"));
    const ended = await api.assign(7, 1);
    expect(calls).toHaveLength(1);
    await ended();
    expect(calls).toEqual([
      'POST floating_ips/7/actions/assign {"server":1}',
      "GET actions/5",
      "GET actions/5",
    ]);
  });

  it("fails when the action fails", async () => {
    const { api } = apiWith(action("error", { message: "broken" }));
    const ended = await api.assign(7, 1);
    await expect(ended()).rejects.toThrow("assign failed: broken");
  });

  it("reads the owners of all addresses with one call, in the order it was asked", async () => {
    const { api, calls } = apiWith({
      floating_ips: [
        { id: 8, server: null },
        { id: 7, server: 2 },
        { id: 9, server: 3 },
      ],
    });
    expect(await api.owners([7, 8])).toEqual([2, null]);
    expect(calls).toEqual(["GET floating_ips?per_page=50&label_selector=stack%3Dtest"]);
  });

  it("has no owner for an address that does not exist any more", async () => {
    const { api } = apiWith({ floating_ips: [{ id: 7, server: 2 }] });
    expect(await api.owners([7, 8])).toEqual([2, undefined]);
  });

  it("fails when no address exists any more", async () => {
    const { api } = apiWith({ floating_ips: [{ id: 3, server: 2 }] });
    await expect(api.owners([7, 8])).rejects.toThrow("floating IP 7, 8 does not exist");
  });

  it("passes a failure on as it is", async () => {
    const { api } = apiWith(new ApiFailure("no", { status: 423 }));
    const error = await api.assign(7, 1).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ refused: false, more: { status: 423 } });
  });
});
