import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { MachineSpec } from "../../machines/driver";
import { MachineRecords } from "../../machines/records";
import { scratch } from "../support/scratch";

const record = (id: number) => ({
  spec: { id, name: `server-${id}` } as MachineSpec,
  privateNics: {},
  volumes: [],
});

describe("records of machines", () => {
  it("are found again by another process", () => {
    const state = scratch();
    const records = new MachineRecords(state);
    records.save(record(1));
    records.save(record(2));
    const others = new MachineRecords(state);
    expect(others.all().map(({ spec }) => spec.name)).toEqual(["server-1", "server-2"]);
    expect(others.find(1)).toEqual(record(1));
    expect(statSync(join(state, "machines", "1.json")).mode & 0o777).toBe(0o600);
  });

  it("are forgotten with their seed", () => {
    const state = scratch();
    const records = new MachineRecords(state);
    records.save(record(1));
    mkdirSync(records.seedFolder(1), { recursive: true });
    records.remove(1);
    expect(existsSync(join(state, "machines", "1"))).toBe(false);
    expect(records.find(1)).toBeUndefined();
    expect(new MachineRecords(state).all()).toEqual([]);
    expect(() => records.get(1)).toThrow("there is no machine 1");
  });
});
