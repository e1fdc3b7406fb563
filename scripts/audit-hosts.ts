import { join } from "node:path";
import { parseCommandLine, reportJson, reportLines } from "./audit/command-line";
import { isBad, judge, type NodeAudit } from "./audit/judge";
import { sysctlRules } from "./audit/rules";
import type { Order, Seen } from "./audit/read";
import { chosenStack } from "./operate/chosen-stack";
import { hostProgram, message, runProgram } from "./operate/host-program";
import { outputsOf } from "./operate/operated-stack";

const order: Order = {
  manifest: "/var/lib/webstack/manifest.json",
  sysctls: Object.keys(sysctlRules),
};

/**
 * `npm run audit:hosts [-- --stack <name>] [--json] [node ...]`: checks on all hosts at the same time the sandboxes of
 * services, and SSH, kernel, sockets and users. The command changes nothing. Status 1 if a bound is missed, a check
 * finds a problem, or a host does not answer.
 */
async function main(): Promise<void> {
  const { stack: named, nodes, json } = parseCommandLine(process.argv.slice(2));
  const stack = chosenStack(named);
  const outputs = outputsOf(stack);
  const names = outputs.nodes.map(({ name }) => name);
  const unknown = nodes.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`node must be one of ${names.join(", ")}, got ${JSON.stringify(unknown)}`);
  const input = message(hostProgram(join(__dirname, "audit", "on-host.ts")), order);
  const expected = { adminUser: outputs.ssh.user, isLocal: stack === undefined };
  const wanted = outputs.nodes.filter(({ name }) => nodes.length === 0 || nodes.includes(name));
  const all = await Promise.all(
    wanted.map(async (node): Promise<NodeAudit> => {
      try {
        const seen = await runProgram<Seen>(outputs, node.name, input);
        return judge(node, seen, expected);
      } catch (error) {
        const problem = `could not be asked: ${(error as Error).message}`;
        return { node: node.name, role: node.role, units: [], problems: [problem] };
      }
    }),
  );
  if (json) console.log(reportJson(all));
  else for (const line of reportLines(all)) console.log(line);
  if (isBad(all)) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
