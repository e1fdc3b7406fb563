import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive } from "../../../offline/engine/lock";
import { journalCommand, readJournal } from "../../../scripts/logs/read-journal";
import { outputsWith } from "../operate/support/nodes";

let shellFolder = "";
/** A folder with a `sudo` that changes nobody, and a `journalctl` that writes its id and goes on. */
beforeAll(() => {
  shellFolder = mkdtempSync(join(tmpdir(), "journal-"));
  const programs = {
    sudo: 'exec "$@"',
    journalctl: `echo $$ > ${shellFolder}/pid; echo '{"MESSAGE":"first"}'; exec sleep 60`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(shellFolder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(shellFolder, name), 0o755);
  }
});
afterAll(() => rmSync(shellFolder, { recursive: true }));

const started = (command: string) =>
  spawn("sh", ["-c", command], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, PATH: `${shellFolder}${delimiter}${process.env.PATH}` },
  });

describe("the command that reads a journal", () => {
  it("prints entries as JSON, the latest, of the units alone that are asked for", () => {
    const options = { follow: false, entries: 20, since: "1 hour ago" };
    expect(journalCommand({ units: ["app@*"] }, options)).toBe(
      "sudo 'journalctl' '--output=json' '--no-pager' '--quiet' " +
        "'--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID' '--lines=20' '--since=1 hour ago' '--unit=app@*'",
    );
    expect(journalCommand({}, { follow: false, entries: undefined })).toContain("'--lines=all'");
  });

  it("lets no shell act on what is asked for", () => {
    const since = "'; touch /tmp/x; '";
    expect(journalCommand({}, { follow: false, entries: 1, since })).toContain(
      `'--since='\\''; touch /tmp/x; '\\'''`,
    );
  });

  it("goes on while somebody reads, and leaves no process behind when nobody does", async () => {
    const child = started(journalCommand({}, { follow: true, entries: 1 }));
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(line.toString()).toBe('{"MESSAGE":"first"}\n');
    const pid = Number(readFileSync(join(shellFolder, "pid"), "utf8"));
    expect(isAlive(pid)).toBe(true);
    // As when the connection is cut, or the program at the desk is killed.
    child.stdin.end();
    await once(child, "close");
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5_000);
  });

  it("ends with the status of a reader that ends by itself", async () => {
    writeFileSync(join(shellFolder, "journalctl"), "#!/bin/sh\nexit 4\n");
    const child = started(journalCommand({}, { follow: true, entries: 1 }));
    const [status] = (await once(child, "close")) as [number];
    expect(status).toBe(4);
    child.stdin.end();
  });
});

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
