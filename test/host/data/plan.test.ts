import { describe, expect, it } from "vitest";
import { type VolumeState, plan, serverUuid } from "../../../host/data/plan";

const uuids = ["5d4a0f5e-6a5e-4d0c-9f6a-0c1d5f3e9b11", "6f9619ff-8b86-4011-b42d-00c04fc964ff"];
const path = "/var/lib/webstack-volume/mysql";
const [one, other] = uuids.map((uuid) => ({ path, exists: true, serverUuid: uuid }));
const unused = { path, exists: true, serverUuid: null };
const nothing = { path, exists: false, serverUuid: null };

function planFor(found: Partial<VolumeState>) {
  const usual = { volumeId: "7", ranOn: null, onVolume: nothing, neverStarted: false };
  return plan({ ...usual, onOwnDisk: one!, ...found });
}

describe("a volume for the data", () => {
  it("that is empty gets a copy of what is on the server's own disk", () => {
    expect(planFor({})).toEqual({ type: "copy" });
    expect(planFor({ onOwnDisk: unused })).toEqual({ type: "copy" });
  });

  it("on which MySQL runs already is used as it is, also after a copy of this very server", () => {
    expect(planFor({ ranOn: "7", onVolume: one! })).toEqual({ type: "use" });
    expect(planFor({ ranOn: "7", onVolume: other! })).toEqual({ type: "use" });
  });

  it("of a former server is used by the new one, never overwritten", () => {
    expect(planFor({ onVolume: other! })).toEqual({ type: "use" });
    expect(planFor({ onVolume: other!, onOwnDisk: unused })).toEqual({ type: "use" });
    expect(planFor({ onVolume: other!, onOwnDisk: nothing })).toEqual({ type: "use" });
  });

  it("whose copy MySQL never ran on gets a new one: MySQL went on without it", () => {
    expect(planFor({ onVolume: one! })).toEqual({ type: "copy" });
    expect(planFor({ onVolume: unused, neverStarted: true })).toEqual({ type: "copy" });
    const firstStart = { ranOn: "7", onVolume: unused, neverStarted: true };
    expect(planFor(firstStart)).toEqual({ type: "use" });
  });

  it.each([null, "7"])(
    "whose data has no UUID is refused, never emptied or used (last run on %s)",
    (ranOn) => {
      const refused = planFor({ ranOn, onVolume: unused });
      expect(refused).toMatchObject({ type: "refuse" });
      expect(JSON.stringify(refused)).toContain(`${path} on volume 7 has no server UUID`);
      expect(JSON.stringify(refused)).toContain(`move ${path} to another name`);
    },
  );

  it("is used by its UUID whatever mark a former copy left", () => {
    expect(planFor({ onVolume: other!, neverStarted: true })).toEqual({ type: "use" });
  });

  it("that is empty is refused if the data is on another one", () => {
    expect(planFor({ ranOn: "6" })).toEqual({
      type: "refuse",
      reason:
        "volume 7 is empty, but MySQL last ran from volume 6; attach volume 6 again, or replace the server",
    });
  });
});

describe("the identity of a data directory", () => {
  it("is the UUID in its auto.cnf", () => {
    expect(serverUuid(`[auto]\nserver-uuid=${uuids[0]}\n`)).toBe(uuids[0]);
    expect(serverUuid("")).toBeNull();
    expect(serverUuid("[auto]\n")).toBeNull();
  });
});
