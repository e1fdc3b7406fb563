import { expect, it } from "vitest";
import { parseCommandLine, ownBlock } from "../../../scripts/admin/command-line";
import { blockOf } from "../../../rolling/admin-openings";

it("reads the command lines, and refuses what is none", () => {
  const defaults = { stack: undefined, address: undefined, minutes: 60, all: false };
  expect(parseCommandLine("open", [])).toEqual(defaults);
  expect(parseCommandLine("open", ["--stack", "dev", "--minutes", "90"])).toEqual({
    ...defaults,
    ...{ stack: "dev", minutes: 90 },
  });
  expect(parseCommandLine("close", ["--all"])).toEqual({ ...defaults, all: true });
  const refused: ["open" | "close", string[], string][] = [
    ["open", ["--minutes", "0"], 'from 1 to 720, got "0"'],
    ["open", ["--minutes", "1.5"], 'got "1.5"'],
    ["open", ["--all"], "admin:open has no option --all"],
    ["close", ["--minutes", "5"], "admin:close has no option --minutes"],
    ["close", ["--all", "--address", "5.75.1.7"], "--all needs no --address"],
    ["close", ["dev"], "usage: npm run admin:close"],
  ];
  for (const [command, words, reason] of refused) {
    expect(() => parseCommandLine(command, words)).toThrow(reason);
  }
});

it("takes an address that is given, else one that others can see, else says what to do", async () => {
  expect(blockOf("5.75.1.7")).toBe("5.75.1.7/32");
  expect(blockOf("2a01:4f8::1")).toBe("2a01:4f8::1/128");
  expect(() => blockOf("5.75.1.0/24")).toThrow("without a prefix");
  expect(await ownBlock("10.0.0.1")).toBe("10.0.0.1/32");
  expect(await ownBlock(undefined, async () => "5.75.1.7")).toBe("5.75.1.7/32");
  for (const answer of ["10.1.2.3", "<html>", ""]) {
    await expect(ownBlock(undefined, async () => answer)).rejects.toThrow("give it with --address");
  }
  const silent = () => Promise.reject(new Error("no answer within 10 s"));
  await expect(ownBlock(undefined, silent)).rejects.toThrow("got no answer within 10 s");
});
