import { beforeEach, expect, it, vi } from "vitest";
import { importChecked } from "../../../../scripts/restore/tables/import-space";
import { parseTables } from "../../../../scripts/restore/tables/table-selection";
import { outputsWith } from "../../operate/support/nodes";
import { FakePrimary } from "../replace/fake-primary";

const free = vi.hoisted(() => ({ answers: new Map<string, string>() }));
vi.mock("../../../../scripts/operate/ssh", () => ({
  runOnNode: async (_outputs: unknown, node: string) => {
    const answer = free.answers.get(node);
    if (answer === undefined) throw new Error("no route");
    return answer;
  },
}));

let running: FakePrimary;
const copy = new FakePrimary();
copy.tables = ["app.entry", "app.author", "shop.sale"];
copy.sizes = ["app\tentry\t2000000000", "app\tauthor\t500000000", "shop\tsale\t90000000000"];
const brings = (tables: string) =>
  importChecked(outputsWith("web-1", "db-1", "db-2", "db-3"), {
    ...{ copy, running, wanted: parseTables(tables), stamp: "now", replace: false },
    say: () => undefined,
  });

beforeEach(() => {
  running = new FakePrimary();
  free.answers = new Map(["db-1", "db-2", "db-3"].map((name) => [name, "5000000001\n"]));
});

it("loads tables for which each database node has room", async () => {
  await brings("app.entry");
  expect(running.tables).toEqual(["restored_now.entry"]);
});

it("loads no table if the chosen ones find no room on a node, and says what to do", async () => {
  free.answers.set("db-2", "4000000000\n");
  free.answers.delete("db-3");
  await expect(brings("app.*")).rejects.toThrow(
    "db-1 has 5.0 GB free, 6.0 GB are needed; db-2 has 4.0 GB free, 6.0 GB are needed; db-3 does not tell its room (no route): " +
      "twice the 2.5 GB of the tables, and 1.0 GB; nothing was loaded; make room on each of these nodes",
  );
  expect(running.done).toEqual([]);
  expect(running.tables).toEqual([]);
});
