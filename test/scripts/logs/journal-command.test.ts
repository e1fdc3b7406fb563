import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { journalCommand } from "../../../scripts/logs/journal-command";
import { isAlive } from "../../../offline/engine/lock";

let folder = "";
/** A folder with a `sudo` that changes nobody, and a `journalctl` that writes its id and goes on. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  const programs = {
    sudo: 'exec "$@"',
    journalctl: `echo $$ > ${folder}/pid; echo '{"MESSAGE":"first"}'; exec sleep 60`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const started = (command: string) =>
  spawn("sh", ["-c", command], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
  });

describe("the command that reads a journal", () => {
  it("prints entries as JSON, the latest, of the units alone that are asked for", () => {
    const asked = { follow: false, entries: 20, since: "1 hour ago" };
    expect(journalCommand({ units: ["app@*"] }, asked)).toBe(
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
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(isAlive(pid)).toBe(true);
    // As when the connection is cut, or the program at the desk is killed.
    child.stdin.end();
    await once(child, "close");
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5_000);
  });

  it("ends with the status of a reader that ends by itself", async () => {
    writeFileSync(join(folder, "journalctl"), "#!/bin/sh\nexit 4\n");
    const child = started(journalCommand({}, { follow: true, entries: 1 }));
    const [status] = (await once(child, "close")) as [number];
    expect(status).toBe(4);
    child.stdin.end();
  });
});
