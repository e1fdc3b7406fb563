import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { command } from "../../localcloud/machines/command";
import { quoted } from "../operate/shell-word";

const goldenFolder = join(__dirname, "..", "..", "test", "services", "golden");

const goldenBundle = z.looseObject({
  users: z.array(z.looseObject({ name: z.string() })),
  checks: z.array(z.looseObject({ command: z.array(z.string()) })),
});

/** Result of a service's own checker on golden files. */
export interface CheckResult {
  /** Node of the files. */
  node: string;
  /** Command line of the checker. */
  command: string;
  good: boolean;
  /** Output of the checker. */
  output: string;
}

/** Puts the golden files at their final paths, and throw-away keys where a checker requires keys. */
function preparation(node: string, users: readonly string[]): string[] {
  return [
    "set -e",
    "exec 2>&1",
    `cp -a /golden/${node}/etc/. /etc/`,
    ...users.map((user) => `id ${user} >/dev/null 2>&1 || useradd --system ${user}`),
    "mkdir -p /etc/haproxy/certs /etc/webstack/tls /run/haproxy /run/webstack /srv/app/current",
    "ssh-keygen -q -A && echo 0 > /run/webstack/edge-health",
    "cd /etc/webstack/tls",
    "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=golden -keyout key.pem -out cert.pem 2>/dev/null",
    "cp cert.pem ca.pem && cat cert.pem key.pem > /etc/haproxy/certs/edge.pem",
    "cp cert.pem inner-ca.pem && cat cert.pem key.pem > inner.pem",
    "for n in 1 2 3; do openssl rand -base64 80 | tr -d '\\n'; echo; done > /etc/haproxy/certs/tickets.keys",
    "mkdir -p /var/lib/webstack-acme/live",
    "chown mysql key.pem",
    "cd / && set +e",
  ];
}

/** Marks the end of a checker's output: its status follows. */
const mark = "\u001e";

async function checkNode(image: string, node: string): Promise<CheckResult[]> {
  const text = readFileSync(join(goldenFolder, `${node}.bundle.json`), "utf8");
  const { users, checks } = goldenBundle.parse(JSON.parse(text));
  const commands = [
    // A container without a network reaches no other node.
    ...checks.map((check) => check.command).filter((words) => !words.includes("--cacert")),
    ["cloud-init", "schema", "--config-file", `/golden/${node}.cloud-config.yaml`],
  ];
  const script = [
    ...preparation(
      node,
      users.map(({ name }) => name),
    ),
    ...commands.map((words) => `${words.map(quoted).join(" ")}; printf '${mark}%s${mark}' $?`),
  ].join("\n");
  const docker = ["run", "--rm", "--interactive", "--network", "none", "--cap-add", "NET_ADMIN"];
  const volume = ["--volume", `${goldenFolder}:/golden:ro`];
  const output = await command("docker", [...docker, ...volume, image, "/bin/sh", "-s"], {
    input: `${script}\n`,
    timeoutSeconds: 120,
  });
  const parts = output.split(mark);
  return commands.map((words, i) => ({
    node,
    command: words.join(" "),
    good: parts[2 * i + 1] === "0",
    output: (parts[2 * i] ?? "").trim(),
  }));
}

/** Runs every node's golden files through their services' own checkers, in the host image. */
export async function checkGoldenFiles(image: string): Promise<CheckResult[]> {
  const nodes = readdirSync(goldenFolder)
    .filter((name) => name.endsWith(".bundle.json"))
    .map((name) => name.replace(".bundle.json", ""));
  return (await Promise.all(nodes.map((node) => checkNode(image, node)))).flat();
}
