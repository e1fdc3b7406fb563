import { describe, expect, it } from "vitest";
import { ApiFailure } from "../../../host/cloud-api/failure";
import { Routes } from "../../../host/cloud-api/routes";

/** A way that does as told and counts. */
function way(name: string, does: () => Promise<unknown>) {
  const calls: string[] = [];
  return {
    calls,
    call: (_: string, path: string) => {
      calls.push(path);
      return does();
    },
    name,
  };
}

const answers = (name: string) => way(name, async () => name);
const dead = (name: string) => way(name, () => Promise.reject(new ApiFailure(`${name} is dead`)));
const refusing = (name: string) =>
  way(name, () => Promise.reject(new ApiFailure("no", { status: 422 })));
const hanging = (name: string) => way(name, () => new Promise(() => undefined));

describe("Routes", () => {
  it("asks one way as long as it answers", async () => {
    const [first, second] = [answers("a"), answers("b")];
    const routes = new Routes([first, second]);
    expect(await routes.call("GET", "x")).toBe("a");
    expect(await routes.call("GET", "x")).toBe("a");
    expect(second.calls).toEqual([]);
  });

  it("asks the next one at once when a way is dead, and begins with it from then on", async () => {
    const [first, second] = [dead("a"), answers("b")];
    const routes = new Routes([first, second], 60_000);
    expect(await routes.call("GET", "x")).toBe("b");
    expect(await routes.call("GET", "x")).toBe("b");
    expect(first.calls).toHaveLength(1);
  });

  it("overtakes a way that hangs", async () => {
    const routes = new Routes([hanging("a"), answers("b")], 5);
    expect(await routes.call("GET", "x")).toBe("b");
  });

  it("believes the API's no, and asks nobody else", async () => {
    const [first, second] = [refusing("a"), answers("b")];
    const routes = new Routes([first, second]);
    await expect(routes.call("GET", "x")).rejects.toThrow("no");
    expect(second.calls).toEqual([]);
  });

  it("fails when every way is dead", async () => {
    const routes = new Routes([dead("a"), dead("b")]);
    await expect(routes.call("GET", "x")).rejects.toThrow("a is dead");
  });

  it("finds out which way is alive before it is needed", async () => {
    const [first, second] = [dead("a"), answers("b")];
    const routes = new Routes([first, second]);
    expect(await routes.keepWarm("ready")).toEqual(["b"]);
    await routes.call("GET", "x");
    expect(first.calls).toEqual(["ready"]);
    expect(second.calls).toEqual(["ready", "x"]);
  });
});
