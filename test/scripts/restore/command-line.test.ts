import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../scripts/restore/command-line";

describe("db:restore with a dump", () => {
  it.each([
    [["--dump"], "latest"],
    [["--dump", "latest"], "latest"],
    [["--dump", "--stack", "prod"], "latest"],
    [["--dump", "20261129T031700Z", "--into", "new"], "20261129T031700Z"],
    [["--dump=20261129T031700Z"], "20261129T031700Z"],
  ])("takes %j", (args, id) => {
    expect(parseCommandLine(args).target).toEqual({ kind: "dump", id });
  });

  it("keeps what else is said", () => {
    const options = parseCommandLine(["--dump", "--into", "new", "--stack", "prod", "--plan"]);
    expect(options).toMatchObject({ use: { into: "new" }, stack: "prod", planOnly: true });
    expect(parseCommandLine(["--dump"]).use).toEqual({ into: "drill" });
    expect(parseCommandLine(["--latest"]).target).toEqual({ kind: "latest" });
  });

  it.each([
    [["--latest"], "--latest must be absent with --dump"],
    [["--to", "2026-11-23T06:10:52Z"], "--to must be absent with --dump"],
    [["--with-gaps"], "--with-gaps must be absent with --dump"],
    [["--tables", "app.entry"], "--dump goes into drill or new"],
  ])("refuses %j with it", (args, message) => {
    expect(() => parseCommandLine(["--dump", ...args])).toThrow(message);
  });

  it("is one of the things to name", () => {
    expect(() => parseCommandLine([])).toThrow(
      "name one of --to TIME, --to-gtid SET, --latest and --dump",
    );
  });
});

describe("db:restore from the copy", () => {
  it("reads the target unless the copy is named", () => {
    expect(parseCommandLine(["--latest"]).from).toBe("target");
    expect(parseCommandLine(["--latest", "--from", "copy"]).from).toBe("copy");
    expect(parseCommandLine(["--dump", "--from", "copy"])).toMatchObject({ from: "copy" });
  });

  it("refuses another place", () => {
    expect(() => parseCommandLine(["--latest", "--from", "there"])).toThrow(
      '--from must be target or copy, got "there"',
    );
  });
});
