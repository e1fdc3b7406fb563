import { describe, expect, it } from "vitest";
import { differences, onlyWayChanged } from "../../provider/difference";
import { goodInputs } from "./inputs";

const state = { ...goodInputs(), hostKey: "ssh-ed25519 AAAA" };

describe("differences", () => {
  it("are none between a state and the same inputs", () => {
    expect(differences(state, goodInputs())).toEqual([]);
  });

  it("name each file that changes, comes or goes", () => {
    const before = { files: { "/etc/a": "1", "/etc/b": "1" } };
    const after = { files: { "/etc/a": "2", "/etc/c": "1" } };
    expect(differences(before, after)).toEqual([
      { path: 'files["/etc/a"]', kind: "update" },
      { path: 'files["/etc/b"]', kind: "delete" },
      { path: 'files["/etc/c"]', kind: "add" },
    ]);
  });

  it("go as deep as both sides have the same shape", () => {
    expect(differences({ services: [{ unit: "a" }] }, { services: [{ unit: "b" }, {}] })).toEqual([
      { path: "services[0].unit", kind: "update" },
      { path: "services[1]", kind: "add" },
    ]);
    expect(differences({ release: undefined }, { release: {} })).toEqual([
      { path: "release", kind: "add" },
    ]);
  });

  it("leave out where the archive lies here", () => {
    const release = { digest: "d", archive: "/a" };
    expect(differences({ release }, { release: { ...release, archive: "/b" } })).toEqual([]);
  });

  it("tell a new way to the host from a change of the host", () => {
    const { connection } = goodInputs();
    const way = goodInputs({
      connection: { ...connection, bastions: ["198.51.100.8"], user: "x" },
    });
    expect(onlyWayChanged(state, way)).toBe(true);
    const other = goodInputs({ connection: { ...connection, host: "10.0.2.12" } });
    expect(onlyWayChanged(state, other)).toBe(false);
    expect(onlyWayChanged(state, goodInputs({ role: "app" }))).toBe(false);
  });
});
