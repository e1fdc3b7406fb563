import { brokerPort } from "../../services/broker/service";
import { type Answered, type Target, askForwarded, throughSsh } from "./forwarded-ports";
import { checksPort, controlSocket, peerPort } from "../../services/supervisor/supervisor-ports";
import type { StackOutputs } from "../operate/outputs";
import { runOnNode } from "../operate/ssh";

/** Every present or former path of a supervisor, without an argument that would have an effect. */
const supervisorPaths = [
  ...["/", "/primary", "/replica?lag=1s", "/state", "/health", "/leaving", "/view", "/claim"],
  ...["/release", "/change", "/vote", "/record", "/override", "/saved"],
];
const brokerPaths = [
  ...["/", "/v1/ready", "/v1/floating_ips", "/v1/actions/1", "/v1/floating_ips/1/actions/assign"],
];

/** All listeners of supervisors and brokers on the private network. */
export function targetsOf({ nodes }: StackOutputs): Target[] {
  const addresses = nodes.filter(({ role }) => role === "db").map(({ privateIp }) => privateIp);
  return addresses.flatMap((address): Target[] => [
    { at: `${address}:${checksPort}`, scheme: "http", paths: supervisorPaths },
    { at: `${address}:${peerPort}`, scheme: "https", paths: supervisorPaths },
    { at: `${address}:${peerPort}`, scheme: "http", paths: ["/state"] },
    { at: `${address}:${brokerPort}`, scheme: "https", paths: brokerPaths },
    { at: `${address}:${brokerPort}`, scheme: "http", paths: ["/v1/ready"] },
  ]);
}

/** The socket of a database node's own supervisor. */
export const ownSocket: Target = { at: controlSocket, scheme: "http", paths: supervisorPaths };

/** A script that calls targets, and prints a line `<at> <method> <path> <status>` for each answer. */
export function askingScript(targets: readonly Target[]): string {
  const each = targets.map(({ at, scheme, paths }) => {
    const isSocket = at.startsWith("/");
    const way = isSocket ? `--unix-socket ${at}` : "";
    const base = isSocket ? "http://supervisor" : `${scheme}://${at}`;
    const urls = paths.map((path) => `-o /dev/null '${base}${path}'`).join(" ");
    const curl = (more: string, method: string) =>
      `curl -sk -m 2 ${way} ${more} -w '${at} ${method} %{url_effective} %{http_code}\\n' ${urls}`;
    const opens = `timeout 2 bash -c '</dev/tcp/${at.replace(":", "/")}' 2>/dev/null`;
    const asks = `{ ${curl("", "GET")}; ${curl("-d '{}'", "POST")}; }`;
    return `( ${isSocket ? asks : `${opens} && ${asks}`} ) &`;
  });
  return [...each, "wait", "true"].join("\n");
}

/** Parses the output of {@link askingScript}. */
export function answersIn(from: string, output: string): Answered[] {
  return output.split("\n").flatMap((line) => {
    const [, at, method, path, status] =
      /^(\S+) (GET|POST) \w+:\/\/[^/ ]+(\S*) (\d{3})$/.exec(line) ?? [];
    if (!at || !method || path === undefined || status === "000") return [];
    return [{ from, at, method, path, status: Number(status) }];
  });
}

/**
 * True for answers that a program of an app node may get: the roles of the nodes, and 404 for other paths. No caller
 * gets them over SSH, which forwards connections to SSH servers alone.
 */
function isCheck({ from, at, method, path, status }: Answered): boolean {
  if (from.startsWith(throughSsh) || !at.endsWith(`:${checksPort}`)) return false;
  const asksRole = method === "GET" && /^\/(primary|replica)(\?|$)/.test(path);
  return asksRole ? status === 200 || status === 503 : status === 404;
}

/** The answers that an unauthorized caller must not get, in words. */
export function wronglyAnswered(answers: readonly Answered[]): string[] {
  return answers
    .filter((answer) => !isCheck(answer))
    .map(({ from, at, method, path, status }) => `${from}: ${method} ${at}${path} ${status}`);
}

/**
 * Calls every path of every supervisor and broker, as `nobody` on each database and app node, and
 * through SSH to each node of the stack. The calls change nothing on a stack that refuses them.
 *
 * @returns all answers, permitted or not.
 * @throws Error if an app node gets no answer of the checks, which it must get.
 */
export async function probeClosedPorts(outputs: StackOutputs): Promise<Answered[]> {
  const targets = targetsOf(outputs);
  const inside = outputs.nodes.filter(({ role }) => role === "db" || role === "app");
  const answers: Answered[] = [];
  for (const { name, role } of inside) {
    const script = askingScript(role === "db" ? [...targets, ownSocket] : targets);
    const encoded = Buffer.from(script).toString("base64");
    const command = `echo ${encoded} | base64 -d | sudo -u nobody bash`;
    const found = answersIn(`nobody on ${name}`, await runOnNode(outputs, name, command, 60_000));
    if (role === "app" && !found.some(isCheck)) throw new Error(`no check answers ${name}`);
    answers.push(...found);
  }
  for (const { name, role } of outputs.nodes) {
    const called = role === "db" ? [...targets, ownSocket] : targets;
    answers.push(...(await askForwarded(outputs, name, called)));
  }
  return answers;
}
