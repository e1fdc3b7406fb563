import { describe, expect, it } from "vitest";
import { Gateway } from "../../../host/broker/gateway";
import { DefaultRoute } from "../../../host/cloud-api/default-route";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { FloatingIpApi } from "../../../host/mover/api";
import { networkApi } from "../cloud-api/network-api";

const [one, two] = ["10.0.1.11", "10.0.1.12"];

/** A broker's gateway in front of an API where lb-2, server 12, has the floating IP. */
function brokerOf(cloud: ReturnType<typeof networkApi>, waitMs = 1_000) {
  const log: string[] = [];
  const ids: Record<string, number> = { "lb-1": 11, "lb-2": 12 };
  const gateway = new Gateway(
    new DefaultRoute(7, 0),
    async ({ caller, api }) =>
      (await new FloatingIpApi(api, "stack=test").owners([21]))[0] === ids[caller],
    (_, text) => void log.push(text.replace(/\d+ ms/, "n ms")),
    waitMs,
  );
  const lead = (caller: string, isTaking = false) =>
    gateway.lead(
      { caller, gateway: caller === "lb-1" ? one : two, isTaking, api: cloud.api },
      () => 0,
    );
  return { gateway, lead, log };
}

describe("the broker's gateway", () => {
  it("leads the route to the load balancer with the floating IP, and says so", async () => {
    const cloud = networkApi(one);
    const { lead, log } = brokerOf(cloud);
    expect(await lead("lb-2")).toBe("here");
    expect(cloud.gateway()).toBe(two);
    expect(log).toEqual(["the default route leads to lb-2, n ms"]);
  });

  it("does not lead it to a load balancer without the floating IP", async () => {
    const cloud = networkApi(two);
    const { lead } = brokerOf(cloud);
    await expect(lead("lb-1")).rejects.toMatchObject({ more: { status: 409 } });
    expect(cloud.gateway()).toBe(two);
  });

  it("asks for no proof while the caller takes the floating IP through this broker", async () => {
    const cloud = networkApi(two);
    const { lead } = brokerOf(cloud);
    expect(await lead("lb-1", true)).toBe("here");
    expect(cloud.calls).not.toContain("GET floating_ips");
  });

  it("costs one call when the route leads there", async () => {
    const cloud = networkApi(two);
    const { lead, log } = brokerOf(cloud);
    expect(await lead("lb-2")).toBe("here");
    expect(cloud.calls).toEqual(["GET networks/7"]);
    expect(log).toEqual([]);
  });

  it("does not keep the caller waiting, and goes on", async () => {
    const cloud = networkApi(one);
    const { gateway, lead } = brokerOf(cloud, 0);
    expect(await lead("lb-2", true)).toBe("moving");
    expect(gateway.isMovingTo(two)).toBe(true);
    while (gateway.isMovingTo(two)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(cloud.gateway()).toBe(two);
  });

  it("starts again after a move that failed between its two changes", async () => {
    const cloud = networkApi(one);
    for (let i = 0; i < 6; i++)
      cloud.failNext("add_route", new ApiFailure("locked", { status: 423 }));
    const { lead, log } = brokerOf(cloud);
    await expect(lead("lb-2")).rejects.toThrow("locked");
    expect(cloud.gateway()).toBeUndefined();
    expect(log).toEqual(["the default route does not lead to lb-2: locked"]);
    expect(await lead("lb-2")).toBe("here");
    expect(cloud.gateway()).toBe(two);
  });
});
