import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Store } from "../store";
import { scratch } from "./support/scratch";
import { TestCloud, tokens } from "./support/test-cloud";

describe("the state on disk", () => {
  it("is complete before an answer is given", async () => {
    const state = scratch();
    const cloud = new TestCloud({ state });
    const { id } = await cloud.network();
    expect(new Store(state).all("networks")).toMatchObject([{ id, name: "network" }]);
    await cloud.delete(`/networks/${id}`);
    expect(new Store(state).all("networks")).toEqual([]);
  });

  it("never gives an id twice", async () => {
    const state = scratch();
    const { id } = await new TestCloud({ state }).network();
    const next = await new TestCloud({ state }).network("second");
    expect(next.id).toBeGreaterThan(id);
  });

  it("holds no token and can be read by its owner only", async () => {
    const state = scratch();
    await new TestCloud({ state }).network();
    const file = join(state, "state.json");
    expect(readFileSync(file, "utf8")).not.toContain(tokens[0]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("survives a write that was cut off", async () => {
    const state = scratch();
    const { id } = await new TestCloud({ state }).network();
    writeFileSync(join(state, "state.json.draft"), '{"nextId": 1');
    expect(new Store(state).all("networks")).toMatchObject([{ id }]);
  });

  it("of an earlier version lacks what came later", () => {
    const state = scratch();
    writeFileSync(join(state, "state.json"), '{"nextId": 7, "collections": {"networks": []}}');
    const store = new Store(state);
    expect(store.nextId()).toBe(7);
    expect(store.all("volumes")).toEqual([]);
    expect(store.actions).toEqual([]);
  });

  it("is not written if there is no directory for it", async () => {
    const state = join(scratch(), "never");
    await new TestCloud().network();
    expect(existsSync(state)).toBe(false);
  });
});
