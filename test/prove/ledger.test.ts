import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { initSqlPath, tlsPaths } from "../../services/mysql/my-cnf";
import { copyFolder } from "../../host/archiver/base/copy-folder";
import { pathsOfMysqld } from "../../prove/apparmor";
import {
  assumptions,
  fidelityTable,
  isBad,
  ledgerOf,
  ledgerShape,
  lines,
  stackTable,
  standing,
} from "../../prove/ledger";
import { committedLedgers, ledgerPath } from "../../scripts/prove/ledgers";
import { evidence } from "./evidence";

const root = join(__dirname, "..", "..");
const page = join(root, "docs", "fidelity.md");

describe("a ledger", () => {
  const real = ledgerOf("prod", false, evidence());
  const local = ledgerOf("local", true, evidence({ "db-1": { "mysqld confined": "" } }));

  it("of a real stack says what is as assumed", () => {
    expect(isBad(real)).toBe(false);
    expect(lines(real).at(-1)).toBe(`${assumptions.length} as assumed, 0 differ, 0 not seen`);
    const bad = ledgerOf("prod", false, evidence({ "db-1": { "mysqld confined": "" } }));
    expect(isBad(bad)).toBe(true);
    const text = lines(bad).join("\n");
    expect(text).toContain("DIFFERS  apparmor           mysqld is not confined\n");
    expect(text).toContain("→ assumed: AppArmor enforces");
  });

  it("of the local cloud is green nowhere, and tells a known difference from another one", () => {
    const standings = assumptions.map((one) => standing(one, local));
    expect(standings).not.toContain("ok");
    expect(isBad(local)).toBe(false);
    const text = lines(local).join("\n");
    expect(text).toContain("known    apparmor           mysqld is not confined\n");
    expect(text).toContain("local    haproxy            3.2.4\n");
    expect(text).toMatch(
      /the local cloud proves nothing about a real one: \d+ as assumed here, 1 known differences, 0 differ, 0 not seen$/,
    );
    expect(isBad(ledgerOf("local", true, evidence({ "web-1": { failed: "a.service x\n" } })))).toBe(
      true,
    );
  });

  it("is of a known shape, and holds no address", () => {
    const found = evidence({
      "lb-1": { failed: "a.service x\n" },
      "app-1": { pings: "lost 10.0.4.11\n" },
    });
    const text = JSON.stringify(ledgerOf("prod", false, found));
    expect(ledgerShape.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    expect(text.replaceAll("172.31.1.1", "")).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
  });

  it("is committed for a real stack, and not for a local one", () => {
    expect(ledgerPath(real)).toBe(join(root, "fidelity", "prod.json"));
    expect(ledgerPath(local)).toContain("/.webstack/local/");
  });

  it("without an assumption leaves that one unknown", () => {
    const seen = { ...real.seen };
    delete seen.image;
    expect(standing(assumptions[0]!, { ...real, seen })).toBe("unknown");
    expect(fidelityTable([{ ...real, seen }, local])).toContain(
      "prod (2026-12-01): unknown, not looked at",
    );
    expect(stackTable(real)).toContain("| ok: Ubuntu 26.04 LTS");
  });
});

describe("the list of assumptions", () => {
  it("has each name once", () => {
    const ids = assumptions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("knows the files that mysqld opens", () => {
    const known = Object.keys(pathsOfMysqld);
    expect(known).toEqual(expect.arrayContaining([initSqlPath, ...Object.values(tlsPaths)]));
    expect(known.some((path) => path.startsWith(`${copyFolder}/`))).toBe(true);
  });

  /** `npx vitest run test/prove/ledger.test.ts --update` writes the table anew. */
  it("is the table of docs/fidelity.md, with what real stacks showed", async () => {
    const text = readFileSync(page, "utf8");
    const table = /^(\|.*\n)+/gm;
    expect(text.match(table)).toHaveLength(1);
    await expect(text.replace(table, () => fidelityTable(committedLedgers()))).toMatchFileSnapshot(
      page,
    );
  });

  it("has been looked at on a real stack, or README.md says that nobody did", () => {
    const isProved = committedLedgers().some(({ isLocal }) => !isLocal);
    const says = readFileSync(join(root, "README.md"), "utf8").includes(
      "Nobody has run it on Hetzner's cloud yet",
    );
    expect(says).toBe(!isProved);
  });
});
