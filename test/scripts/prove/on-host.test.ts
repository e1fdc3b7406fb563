import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../../prove/assumption";
import { type Questions, questionsOf } from "../../../prove/questions";
import { repositoryRoot } from "../../../scripts/local/paths";
import { bootstrap, hostProgram, message } from "../../../scripts/operate/host-program";
import { evidence } from "../../prove/evidence";

const program = hostProgram(join(repositoryRoot, "scripts", "prove", "on-host.ts"));

/** Asks this machine as a host is asked, without root. */
function ask(questions: Questions): Promise<Record<string, Answer>> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ["-e", bootstrap], (error, out, complaint) => {
      if (error) reject(new Error(complaint));
      else resolve(JSON.parse(out) as Record<string, Answer>);
    });
    child.stdin!.end(message(program, { questions }));
  });
}

describe("the program that asks a host", () => {
  it("tells status and output of each command, and of one that is missing", async () => {
    const found = await ask({
      words: ["/bin/sh", "-c", "echo out; echo bad >&2; exit 3"],
      missing: ["/no/such/program"],
    });
    expect(found).toEqual({
      words: { status: 3, text: "out\nbad\n" },
      missing: { status: null, text: "" },
    });
  });

  it("counts errors by unit, and keeps their texts on the host", async () => {
    const { nodes } = evidence();
    const script = questionsOf(nodes[0]!, nodes).journal![2]!;
    const lines = [
      '{"_SYSTEMD_UNIT":"a.service","MESSAGE":"x"}',
      '{"SYSLOG_IDENTIFIER":"kernel"}',
      "{}",
    ];
    const fed = script.replace(
      /^journalctl [^|]*/,
      `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} `,
    );
    const { counted } = await ask({
      counted: ["/bin/sh", "-c", fed.replace("/usr/bin/node", process.execPath)],
    });
    expect(JSON.parse(counted!.text)).toEqual({ "a.service": 1, kernel: 2 });
  });

  it("pings the first other node of each tier, with and without room", () => {
    const { nodes } = evidence();
    const script = questionsOf(nodes[0]!, nodes).pings![2]!;
    const targets = [...script.matchAll(/-s (\d+) (\S+) /g)].map(
      ([, bytes, ip]) => `${bytes} ${ip}`,
    );
    expect(targets).toEqual(
      ["10.0.1.12", "10.0.2.11", "10.0.3.11", "10.0.4.11"].flatMap((ip) => [
        `1422 ${ip}`,
        `1423 ${ip}`,
      ]),
    );
  });
});
