import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { checkStaged } from "../../../host/converge/checks";
import { runDirectory } from "../../../host/converge/directories";
import type { Plan } from "../../../host/converge/plan";
import { systemd, systemdWith } from "./fake-systemd";
import { ownFile } from "./own-file";

vi.mock("../../../host/converge/directories", () => vi.importActual("./temporary-host"));
vi.mock("../../../host/converge/run", async () => (await import("./fake-systemd.js")).runModule);

const stage = join(runDirectory, "stage");
const path = "/etc/webstack-checked/a.cfg";
const check = { files: [path], command: ["/bin/check", path] };
const plan = (different: Partial<Plan> = {}): Plan => ({
  write: new Map([[path, ownFile({ content: "staged\n", mode: "0600" })]]),
  remove: [],
  ...different,
});
beforeEach(() => systemdWith());

describe("checkStaged", () => {
  it("shows the checker the new file with its mode, and leaves nothing behind", async () => {
    const seen: unknown[] = [];
    systemd.answer = () => {
      const staged = join(stage, "upper/webstack-checked/a.cfg");
      seen.push(readFileSync(staged, "utf8"), statSync(staged).mode & 0o777);
      return undefined;
    };
    await checkStaged([check], plan());
    expect(seen).toEqual(["staged\n", 0o600]);
    expect([existsSync(stage), existsSync(path)]).toEqual([false, false]);
  });

  it("refuses with the checker's words and leaves nothing behind", async () => {
    systemd.answer = () => ({ status: 3, stdout: "line 7: unknown word", stderr: "fatal" });
    await expect(checkStaged([check], plan())).rejects.toThrow(
      `the new configuration is refused: /bin/check ${path} exited with 3:\nline 7: unknown word\nfatal`,
    );
    expect([existsSync(stage), existsSync(path)]).toEqual([false, false]);
  });

  it("begins with the setting of the stack file that the checker complains of", async () => {
    const content = "# This file is webstack:web.nginxSnippet of the stack file.\nfoo;\n";
    const write = new Map([[path, ownFile({ content })]]);
    systemd.answer = () => ({ status: 1, stderr: `nginx: [emerg] unknown "foo" in ${path}:2` });
    await expect(checkStaged([check], plan({ write }))).rejects.toThrow(
      /^webstack:web\.nginxSnippet line 1: unknown "foo"\nthe new configuration is refused: /,
    );
  });

  it("runs only the checks of what changes", async () => {
    const other = { files: ["/etc/other.cfg"], command: ["/bin/other"] };
    await checkStaged([other], plan());
    expect(systemd.commands).toEqual([]);
  });

  it("skips a check whose need is neither there nor about to be", async () => {
    await checkStaged([{ ...check, needs: ["/etc/webstack-checked/a.key"] }], plan());
    expect(systemd.commands).toEqual([]);
    await checkStaged([{ ...check, needs: [path] }], plan());
    expect(systemd.commands).toHaveLength(1);
  });

  it("hides from the checker what is to be removed", async () => {
    await checkStaged([check], plan({ write: new Map(), remove: [path, "/srv/elsewhere"] }));
    expect(systemd.commands[0]).toMatch(new RegExp(`sh ${stage} 1 ${path} /bin/check ${path}$`));
  });

  it("stops at the first checker that refuses", async () => {
    systemd.answer = () => ({ status: 1 });
    const both = checkStaged([check, { ...check, command: ["/bin/second"] }], plan());
    await expect(both).rejects.toThrow("/bin/check");
    expect(systemd.commands).toHaveLength(1);
  });
});
