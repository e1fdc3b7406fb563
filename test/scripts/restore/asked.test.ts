import { describe, expect, it } from "vitest";
import { askedOf } from "../../../scripts/restore/asked";

describe("db:restore with a dump", () => {
  it.each([
    [["--dump"], "latest"],
    [["--dump", "latest"], "latest"],
    [["--dump", "--stack", "prod"], "latest"],
    [["--dump", "20261129T031700Z", "--into", "new"], "20261129T031700Z"],
    [["--dump=20261129T031700Z"], "20261129T031700Z"],
  ])("takes %j", (args, id) => {
    expect(askedOf(args).target).toEqual({ kind: "dump", id });
  });

  it("keeps what else is said", () => {
    const asked = askedOf(["--dump", "--into", "new", "--stack", "prod", "--plan"]);
    expect(asked).toMatchObject({ use: { into: "new" }, stack: "prod", planOnly: true });
    expect(askedOf(["--dump"]).use).toEqual({ into: "drill" });
    expect(askedOf(["--latest"]).target).toEqual({ kind: "latest" });
  });

  it.each([
    [["--latest"], "--latest must be absent with --dump"],
    [["--to", "2026-11-23T06:10:52Z"], "--to must be absent with --dump"],
    [["--with-gaps"], "--with-gaps must be absent with --dump"],
    [["--tables", "app.entry"], "--dump goes into drill or new"],
  ])("refuses %j with it", (args, message) => {
    expect(() => askedOf(["--dump", ...args])).toThrow(message);
  });

  it("is one of the things to name", () => {
    expect(() => askedOf([])).toThrow("name one of --to TIME, --to-gtid SET, --latest and --dump");
  });
});

describe("db:restore from the copy", () => {
  it("reads the target unless the copy is named", () => {
    expect(askedOf(["--latest"]).from).toBe("target");
    expect(askedOf(["--latest", "--from", "copy"]).from).toBe("copy");
    expect(askedOf(["--dump", "--from", "copy"])).toMatchObject({ from: "copy" });
  });

  it("refuses another place", () => {
    expect(() => askedOf(["--latest", "--from", "there"])).toThrow(
      '--from must be target or copy, got "there"',
    );
  });
});
