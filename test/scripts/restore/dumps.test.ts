import { describe, expect, it } from "vitest";
import { bytesOf, type Dump, keys, sha256 } from "../../../host/archiver/chain/manifest";
import { dumpLines, findDump, loadDump, named, reasonOf } from "../../../scripts/restore/dumps";
import type { Machine } from "../../../scripts/restore/machine";
import { loadedLines } from "../../../scripts/restore/dumps";
import { MemoryStore } from "../../host/archiver/memory-store";

const gtids = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9";

function part(key: string, content: string) {
  return { key, sha256: sha256(content), bytes: content.length };
}
function dumpOf(id: string): Dump {
  return {
    ...{ version: 1, id, bytes: 3 << 20, plainBytes: 9 << 20, gtids, link: 4 },
    ...{ node: "db-2", mysql: "8.4.6" },
    parts: [
      part(`t/dump-parts/${id}/00001.age`, "sql-1"),
      part(`t/dump-parts/${id}/00002.age`, "sql-2"),
    ],
    accounts: part(`t/dump-parts/${id}/accounts.age`, "accounts"),
  };
}

const ids = ["20261122T031700Z", "20261129T031700Z"];
function storeWith(history: string): MemoryStore {
  const store = new MemoryStore();
  const put = (key: string, content: object) => store.objects.set(key, bytesOf(content));
  put(keys.timeline("r", "t"), { since: "2026-01-01" });
  put(keys.timeline("r", "later"), { since: "2026-11-29" });
  for (const id of ids) {
    put(keys.dump("r", history, id), dumpOf(id));
    const [one, two] = dumpOf(id).parts;
    store.objects.set(`r/${one!.key}`, Buffer.from("sql-1"));
    store.objects.set(`r/${two!.key}`, Buffer.from("sql-2"));
    store.objects.set(`r/${dumpOf(id).accounts.key}`, Buffer.from("accounts"));
  }
  return store;
}

describe("a dump is found", () => {
  it("by its name, or as the newest one of the newest history that has one", async () => {
    const store = storeWith("t");
    const latest = await findDump(store, "r", { id: "latest" });
    expect([latest.timeline, latest.dump.id]).toEqual(["t", ids[1]]);
    expect((await findDump(store, "r", { id: ids[0]! })).dump.id).toBe(ids[0]);
    for (const id of ids) store.objects.set(keys.dump("r", "later", id), bytesOf(dumpOf(id)));
    expect((await findDump(store, "r", { id: "latest" })).timeline).toBe("later");
    const asked = await findDump(store, "r", { id: "latest", history: "t" });
    expect(asked.timeline).toBe("t");
  });

  it("or the error names those that there are", async () => {
    const other = findDump(storeWith("t"), "r", { id: "20261130T031700Z" });
    await expect(other).rejects.toThrow(`got 20261130T031700Z; dumps: ${ids.join(", ")}`);
    const none = findDump(storeWith("t"), "r", { id: "latest", history: "later" });
    await expect(none).rejects.toThrow("dumps: none; npm run db:backup -- --dump takes one");
  });

  it("and described, with its version and without a log", async () => {
    const lines = dumpLines({ timeline: "t", dump: dumpOf(ids[1]!) });
    expect(lines[1]).toBe(`dump        ${ids[1]} of db-2, MySQL 8.4.6, 3.0 MiB (9.0 MiB of SQL)`);
    expect(lines[2]).toContain("no log is replayed");
  });
});

/** A machine that notes what runs on it, and has a MySQL of an older version. */
function fakeMachine(accounts: string, refuses: (sql: string) => string = () => "") {
  const ran: string[] = [];
  const machine: Machine = {
    run: async (command, input = "") => {
      const words = command.join(" ");
      ran.push(input === "" ? words : `SQL ${input}`);
      if (words.startsWith("cat ")) return accounts;
      if (input.includes("VERSION()")) return "8.0.40\n";
      if (input.includes("gtid_executed")) return `${gtids}\n`;
      const refusal = refuses(input);
      if (refusal !== "") throw new Error(`Command failed: docker exec\n${refusal}`);
      return "";
    },
    feed: async (command, input) => {
      let text = "";
      for await (const chunk of input) text += Buffer.from(chunk).toString();
      ran.push(`FEED ${text} ${command.join(" ").includes("/usr/bin/mysql") ? "mysql" : "file"}`);
    },
    stream: () => {
      throw new Error("not used");
    },
  };
  return { machine, ran };
}
const created =
  "CREATE USER `u`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x2441 REQUIRE NONE;";
const granted = "GRANT SELECT ON `app`.`t` TO `u`@`%`;";

function load(accounts: string, refuses?: (sql: string) => string, store = storeWith("t")) {
  const { machine, ran } = fakeMachine(accounts, refuses);
  const place = { here: "/h", there: "/r", identity: "/identity", say: () => undefined };
  return { ran, done: loadDump({ store, root: "r", machine, ...place }, dumpOf(ids[1]!)) };
}

describe("a dump is loaded", () => {
  it("accounts first, then the schemas, then the privileges, and last the GTID set", async () => {
    const { ran, done } = load(`${created}\n${granted}\n`);
    expect(await done).toMatchObject({ mysql: "8.0.40", statements: 2, refused: [], gtids });
    const order = [
      "--initialize-insecure",
      "--daemonize",
      "FEED accounts file",
      "rm /r/accounts.sql",
    ];
    const then = [
      `SQL ${created}`,
      "FEED sql-1sql-2 mysql",
      `SQL ${granted}`,
      "SET GLOBAL gtid_purged",
    ];
    const places = [...order, ...then].map((text) => ran.findIndex((line) => line.includes(text)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it("without the accounts that this version refuses, which are named without their hashes", async () => {
    const error = "ERROR 1524 (HY000) at line 1: Plugin 'x' is not loaded near '0x2441 REQUIRE'";
    const { done } = load(created, (sql) => (sql.includes("CREATE USER") ? error : ""));
    const loaded = await done;
    expect(loaded.refused).toEqual([
      "CREATE USER `u`@`%`: ERROR 1524 (HY000): Plugin 'x' is not loaded",
    ]);
    expect(loadedLines(loaded, 1_500)).toEqual([
      "loaded      in 1.5 s",
      "accounts    1 statements, 1 refused by this MySQL:",
      `            ${loaded.refused[0]}`,
      `GTID set    ${gtids}`,
    ]);
  });

  it("not if an object is not what was put there", async () => {
    const store = storeWith("t");
    store.objects.set(`r/t/dump-parts/${ids[1]}/00002.age`, Buffer.from("sql-X"));
    await expect(load("", undefined, store).done).rejects.toThrow("00002.age is not what was put");
  });

  it("with a name that holds quotes and more cut where the password begins", () => {
    expect(named("CREATE USER `a``b`@`10.%` IDENTIFIED WITH 'p' AS 0x1")).toBe(
      "CREATE USER `a``b`@`10.%`",
    );
    expect(named("CREATE USER a@b IDENTIFIED WITH 'p' AS 0x1")).toBe("CREATE USER");
    expect(named(granted)).toBe(granted.replace(";", ""));
    expect(reasonOf("nothing known")).toBe("nothing known");
  });
});
