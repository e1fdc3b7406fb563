import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readJournal } from "../../../scripts/logs/read-journal";
import { outputsWith } from "../operate/support/nodes";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "read-journal-"));
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts an `ssh` on the path, a shell script that finds the number of its call in $n. */
function ssh(script: string): void {
  const path = join(folder, "ssh");
  const count = `echo x >> ${folder}/calls; n=$(wc -l < ${folder}/calls)`;
  writeFileSync(path, `#!/bin/sh\n${count}\n${script}\n`);
  chmodSync(path, 0o755);
}
const calls = () => readFileSync(join(folder, "calls"), "utf8").length / 2;
const outputs = {
  ...outputsWith("lb-1", "app-1"),
  ssh: { user: "webstack", bastions: ["203.0.113.11", "203.0.113.12"] },
};
const lines: string[] = [];
const read = (signal = new AbortController().signal) => {
  lines.length = 0;
  return readJournal(outputs, "app-1", "journalctl", {
    onLine: (line) => lines.push(line),
    signal,
  });
};

describe("a journal", () => {
  it("is read to its end, through the load balancer that leads there", async () => {
    ssh('[ $n -eq 1 ] && exit 255; echo one; printf "two"');
    await read();
    expect(lines).toEqual(["one", "two"]);
    expect(calls()).toBe(2);
  });

  it("of a node that does not answer is told with the reason", async () => {
    ssh('echo "No route to host" >&2; exit 255');
    await expect(read()).rejects.toThrow("No route to host");
    expect(calls()).toBe(2);
  });

  it("is not read twice when the node is lost, or the command refuses", async () => {
    ssh("echo one; exit 255");
    await expect(read()).rejects.toThrow("ended with 255");
    expect(calls()).toBe(1);
    ssh('echo "Failed to parse timestamp" >&2; exit 1');
    await expect(read()).rejects.toThrow("Failed to parse timestamp");
    expect(calls()).toBe(2);
  });

  it("is let go when nobody wants it any more", async () => {
    ssh("echo one; exec sleep 60");
    const stop = new AbortController();
    const reading = read(stop.signal);
    await vi.waitFor(() => expect(lines).toEqual(["one"]), 5_000);
    stop.abort();
    await reading;
  });
});
