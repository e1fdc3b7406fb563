import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const host = join(__dirname, "..", "..", "host");

/** Files that may read the wall clock, which can be set back or forth, and why the monotonic clock would be wrong there. */
const wallClock: Record<string, string> = {
  "acme-seed.ts": "a certificate is stored if it is valid by its own dates",
  "acme.ts": "a certificate is renewed by its own dates; when an order failed outlives a boot",
  "acme/order.ts": "an authority may say by a date when it is to be asked again",
  "app-job.ts": "a job is due at a date",
  "archiver.ts": "a base is due at a date; the status tells an operator dates",
  "archiver/settings.ts": "requests to the store are signed with a date",
  "base-copy.ts": "a dump is due on a day of the week",
  "base-upload.ts": "a base is named after its time",
  "broker.ts": "the name of a run is unlike that of every other boot; RateLimit-Reset is a date",
  "converge/journal.ts": "an operator is told when a release began to run",
  "converge/systemd.ts": "the journal is read from a date",
  "edge.ts": "a certificate is renewed if the node got it before an operator's request",
  "mover.ts": "the status tells an operator dates",
  "supervisor/actions/binlog-cutter.ts": "the status tells an operator when logs were deleted",
  "supervisor/observation/archived.ts":
    "the archiver says by a date how old its answer is; what is archived stays so",
  "supervisor/saved/save-guard.ts": "what is kept for days outlives a boot",
  "supervisor/saved/save.ts": "the name of a file tells an operator when it was saved",
  "ticket-keys.ts": "both load balancers know the half day of a key without a word between them",
};

const readsWallClock = /\bDate\.now\(|\bnew Date\(\)|\bDate\(\)/;
/** Counts from the start of the process: one clock for all is enough. */
const readsProcessClock = /\bperformance\.now\(|\bprocess\.hrtime\b/;

const files = readdirSync(host, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .sort();

function readers(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(readFileSync(join(host, file), "utf8")));
}

describe("programs of the hosts", () => {
  it("read the wall clock only where a date is meant, never for a duration", () => {
    expect(readers(readsWallClock)).toEqual(Object.keys(wallClock));
  });

  it("read the monotonic clock in one place", () => {
    expect(readers(readsProcessClock)).toEqual(["time/monotonic.ts"]);
  });

  it("would be noticed", () => {
    for (const code of ["Date.now()", "new Date()", "new Date().toISOString()"]) {
      expect(readsWallClock.test(code)).toBe(true);
    }
    expect(readsWallClock.test("new Date(text)")).toBe(false);
  });
});
