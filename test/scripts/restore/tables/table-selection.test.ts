import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../../scripts/restore/command-line";
import {
  catalogOf,
  chosenTables,
  parseTables,
} from "../../../../scripts/restore/tables/table-selection";

const catalog = catalogOf([
  "app\tauthor\tInnoDB\t1\t",
  "app\tentry\tInnoDB\t1\tentry_added,entry_gone",
  "app\tkeyless\tInnoDB\t0\t",
  "shop\told\tMyISAM\t1\t",
]);
const chosen = (text: string) =>
  chosenTables(parseTables(text), catalog).map(({ schema, table }) => `${schema}.${table}`);

describe("the tables of a command line", () => {
  it("are single ones, or all of a schema", () => {
    expect(chosen("app.entry")).toEqual(["app.entry"]);
    expect(chosen("app.entry, app.author")).toEqual(["app.author", "app.entry"]);
    expect(() => chosen("app.*")).toThrow("app.keyless has no primary key");
    expect(catalog[1]!.triggers).toEqual(["entry_added", "entry_gone"]);
  });

  it("are refused with their name if they are not there or fit in no group", () => {
    expect(() => chosen("app.entry,app.gone")).toThrow("has no app.gone; choose another moment");
    expect(() => chosen("gone.*")).toThrow("has no gone.*");
    expect(() => chosen("shop.old")).toThrow("shop.old is of the engine MyISAM");
  });

  it.each(["entry", "app.", "app.entry.id", "app.e'", "a b.c", "", "`app`.`entry`"])(
    "refuse %j, which is none",
    (word) => {
      expect(() => parseTables(word)).toThrow(`got ${JSON.stringify(word)}`);
    },
  );

  it.each(["mysql.user", "webstack_archive.timeline", "WEBSTACK.*"])("refuse %s", (word) => {
    expect(() => parseTables(word)).toThrow("MySQL's or the stack's own schemas");
  });
});

describe("a command line of db:restore", () => {
  it("goes into the running stack if it names tables", () => {
    const options = parseCommandLine(["--latest", "--tables", "app.entry", "--replace"]);
    const tables = [{ schema: "app", table: "entry" }];
    expect(options.use).toEqual({ into: "running", tables, replace: true });
    expect(parseCommandLine(["--latest"]).use).toEqual({ into: "drill" });
    expect(parseCommandLine(["--latest", "--into", "new"]).use).toEqual({ into: "new" });
  });

  it.each([
    [["--into", "away"], '--into must be drill, new, replace or running, got "away"'],
    [["--into", "running"], "--into running needs --tables"],
    [["--into", "new", "--tables", "app.entry"], "leave --into new out"],
    [["--replace"], "--replace needs --tables"],
  ])("refuses %j", (words, message) => {
    expect(() => parseCommandLine(["--latest", ...words])).toThrow(message);
  });
});
