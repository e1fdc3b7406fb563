import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { leastLanguageHostNode, type Tools } from "../../doctor/local-checks";
import type { OwnAddress } from "../../doctor/own-address";
import { findOnPath } from "../../offline/engine/choice";
import { sourceTowards } from "../../rolling/own-address";
import { repositoryRoot } from "../local/paths";
import { isInstalled, localCloudPrerequisites, missingPrerequisites } from "../local/prerequisites";

/** Longest wait for a program's version, milliseconds. */
const versionMs = 20_000;

/** The search path without the folders that npm puts before it for a script, as an operator's shell has it. */
export function operatorsPath(path = ""): string {
  const isOfNpm = /[/\\]node_modules[/\\](\.bin|.*node-gyp-bin)[/\\]?$/;
  return path
    .split(delimiter)
    .filter((folder) => !isOfNpm.test(folder))
    .join(delimiter);
}

/** First line of what a program answers, without a leading `v`; undefined: it is not on the path, or failed. */
function versionOf(command: string, word: string, path: string): string | undefined {
  const file = findOnPath(command, path);
  if (file === undefined) return undefined;
  const env = { ...process.env, PATH: path };
  const { status, stdout } = spawnSync(file, [word], { env, encoding: "utf8", timeout: versionMs });
  return status === 0 ? stdout.trim().split("\n")[0]!.replace(/^v/, "") : undefined;
}

/**
 * Facts about this machine that an `up` depends on. The commands of `package.json` run on Node.js of the dependencies,
 * and the local stack's program runs in theirs; an operator's `pulumi up` starts the `node` of the search path.
 */
export function toolsHere(isLocal: boolean, path = operatorsPath(process.env.PATH)): Tools {
  const { engines } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  const program = isLocal
    ? { node: process.versions.node, leastNode: Number(/\d+/.exec(engines.node)![0]) }
    : {
        node: versionOf("node", "--version", path),
        leastNode: leastLanguageHostNode,
        pulumi: versionOf("pulumi", "version", path),
      };
  return {
    ...program,
    has: isInstalled,
    isInstalled: existsSync(join(repositoryRoot, "node_modules", "@pulumi", "hcloud")),
    ...(isLocal ? { lacking: missingPrerequisites(localCloudPrerequisites) } : {}),
    isRoot: process.getuid?.() === 0,
  };
}

/** Longest wait for a connection to a load balancer, milliseconds. */
const connectMs = 4_000;

/** True if a host accepts a connection to its SSH port from this machine. */
export function takesSsh(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 22, timeout: connectMs });
    const end = (takes: boolean) => {
      socket.destroy();
      resolve(takes);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}

/**
 * The address with which this machine reaches nodes in a remote cloud.
 *
 * @param given the address that the operator names.
 * @param host name of the API: the route to the API is about that to the nodes.
 */
export async function ownAddress(
  given: string | undefined,
  host: string,
  loadBalancers: readonly { name: string; ip: string }[],
): Promise<OwnAddress> {
  if (given !== undefined) return { address: given, isCertain: true };
  const checks = loadBalancers.map(async ({ name, ip }) => ({ name, takes: await takesSsh(ip) }));
  const answers = await Promise.all(checks);
  return {
    address: await sourceTowards(host),
    isCertain: false,
    reached: answers.find(({ takes }) => takes)?.name,
    silent: answers.filter(({ takes }) => !takes).map(({ name }) => name),
  };
}
