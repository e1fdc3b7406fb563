import { describe, expect, it } from "vitest";
import { SqlError } from "../../../host/app-job/database";
import { Lease, observeLease } from "../../../host/app-job/lease";

/** A database that answers what it is told, in order; an error is thrown. */
function database(...answers: (string[][] | Error)[]) {
  const asked: string[] = [];
  const sql = (text: string) => {
    asked.push(text.replace(/\s+/g, " "));
    const answer = answers.shift() ?? [];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, lease: new Lease(sql, "worker mail", "app-1", "t1") };
}
const row = (token: string, beats: number, node = "app-2") => ({ token, beats, node });
const text = ({ token, beats, node }: ReturnType<typeof row>) => [token, String(beats), node];
const select = "SELECT token, beats, node FROM webstack_leases WHERE name = 'worker mail'";

describe("a look at a lease", () => {
  const at = (now: number) => ({ node: "app-1", now, leaseMs: 70_000 });

  it("finds it free when nobody has it, or a former run on the own node", () => {
    expect(observeLease(undefined, row("", 7, ""), at(0)).free).toBe(true);
    expect(observeLease(undefined, row("t0", 7, "app-1"), at(0)).free).toBe(true);
    expect(observeLease(undefined, row("t2", 7), at(0)).free).toBe(false);
  });

  it("finds it free when it stood still for so long as was seen here", () => {
    const { watched } = observeLease(undefined, row("t2", 7), at(1_000));
    expect(observeLease(watched, row("t2", 7), at(70_999)).free).toBe(false);
    expect(observeLease(watched, row("t2", 7), at(71_000)).free).toBe(true);
  });

  it("begins to count anew with each renewal and each holder", () => {
    const { watched } = observeLease(undefined, row("t2", 7), at(0));
    for (const next of [row("t2", 8), row("t3", 7)]) {
      const later = observeLease(watched, next, at(70_000));
      expect(later.free).toBe(false);
      expect(later.watched.since).toBe(70_000);
    }
  });
});

describe("a lease in the database", () => {
  it("is taken only from what was seen", async () => {
    const { asked, lease } = database([text(row("t1", 8, "app-1"))], [text(row("t3", 8, "app-3"))]);
    expect(await lease.take(row("t2", 7), 100)).toBe(true);
    expect(await lease.take(row("t2", 7), 100)).toBe(false);
    expect(asked[0]).toBe(
      "UPDATE webstack_leases SET token = 't1', node = 'app-1', beats = beats + 1, renewed = UTC_TIMESTAMP(3) " +
        `WHERE name = 'worker mail' AND token = 't2' AND beats = 7; ${select}`,
    );
  });

  it("is renewed by its holder alone", async () => {
    const { asked, lease } = database([text(row("t1", 9, "app-1"))], [text(row("t2", 9))]);
    expect(await lease.renew(100)).toBe(true);
    expect(await lease.renew(100)).toBe(false);
    expect(asked[0]).toContain("WHERE name = 'worker mail' AND token = 't1';");
  });

  it("makes its table and its row when they are missing", async () => {
    const missing = new SqlError(1146, "Table 'app.webstack_leases' doesn't exist");
    const { asked, lease } = database(missing, [], [], [text(row("", 0, ""))]);
    expect(await lease.read(100)).toEqual(row("", 0, ""));
    expect(asked.map((sql) => sql.split(" ").slice(0, 2).join(" "))).toEqual([
      "SELECT token,",
      "CREATE TABLE",
      "SELECT token,",
      "INSERT IGNORE",
    ]);
    expect(asked[1]).toContain("PRIMARY KEY");
  });

  it("passes on every other error", async () => {
    const { lease } = database(new SqlError(1290, "read only"));
    await expect(lease.renew(100)).rejects.toThrow("read only");
  });
});
