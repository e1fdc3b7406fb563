import { describe, expect, it } from "vitest";
import { DefaultRoute } from "../../../host/cloud-api/default-route";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { networkApi } from "./network-api";

const [one, two] = ["10.0.1.11", "10.0.1.12"];
const move = (gateway: string, { api }: ReturnType<typeof networkApi>) =>
  new DefaultRoute(7, 0).lead(api, gateway);

describe("DefaultRoute", () => {
  it("deletes the old route and adds the new one, each waited for", async () => {
    const cloud = networkApi(one);
    expect(await move(two, cloud)).toBe(true);
    expect(cloud.gateway()).toBe(two);
    expect(cloud.calls).toEqual([
      "GET networks/7",
      `POST networks/7/actions/delete_route ${one}`,
      "GET actions/1",
      `POST networks/7/actions/add_route ${two}`,
      "GET actions/2",
    ]);
  });

  it("leaves a route alone that leads there", async () => {
    const cloud = networkApi(two);
    expect(await move(two, cloud)).toBe(false);
    expect(cloud.calls).toEqual(["GET networks/7"]);
  });

  it("finishes a move that ended between its two changes", async () => {
    const cloud = networkApi(undefined);
    expect(await move(two, cloud)).toBe(true);
    expect(cloud.gateway()).toBe(two);
  });

  it.each([
    ["a locked network", 423],
    ["a concurrent change", 409],
    ["a rate limit", 429],
    ["a fault of the API", 503],
    ["a route that another broker deleted first", 404],
  ])("looks again after %s", async (_, status) => {
    const cloud = networkApi(one);
    cloud.failNext("delete_route", new ApiFailure("no", { status }));
    expect(await move(two, cloud)).toBe(true);
    expect(cloud.gateway()).toBe(two);
    expect(cloud.calls.filter((call) => call === "GET networks/7")).toHaveLength(2);
  });

  it("gives up at once when the token does not allow it", async () => {
    const cloud = networkApi(one);
    cloud.failNext("delete_route", new ApiFailure("no", { status: 403 }));
    await expect(move(two, cloud)).rejects.toThrow("no");
    expect(cloud.calls).toHaveLength(2);
  });

  it("gives up after six attempts", async () => {
    const cloud = networkApi(one);
    for (let i = 0; i < 6; i++)
      cloud.failNext("delete_route", new ApiFailure("locked", { status: 423 }));
    await expect(move(two, cloud)).rejects.toThrow("locked");
    expect(cloud.gateway()).toBe(one);
  });

  it("ends at the last gateway that was asked for", async () => {
    const cloud = networkApi(undefined);
    const route = new DefaultRoute(7, 0);
    const first = route.lead(cloud.api, one);
    expect(route.isMovingTo(one)).toBe(true);
    await route.lead(cloud.api, two);
    await first;
    expect(cloud.gateway()).toBe(two);
    expect(route.isMovingTo(two)).toBe(false);
  });

  it("ends there too when two brokers move the route at the same time", async () => {
    const cloud = networkApi(one);
    await Promise.all([move(two, cloud), move(two, cloud)]);
    expect(cloud.gateway()).toBe(two);
    expect(cloud.routes()).toHaveLength(2);
  });

  it("touches no other route of the network", async () => {
    const cloud = networkApi(one);
    await move(two, cloud);
    expect(cloud.routes()).toContainEqual({ destination: "10.99.0.0/16", gateway: "10.0.3.11" });
  });
});
