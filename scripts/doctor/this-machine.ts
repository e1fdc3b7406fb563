import { createSocket } from "node:dgram";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Tools } from "../../doctor/local-checks";
import type { OwnAddress } from "../../doctor/own-address";
import { repositoryRoot } from "../local/paths";
import { isInstalled, localCloudPrerequisites, missingPrerequisites } from "../local/prerequisites";

/** Facts about this machine that an `up` depends on. */
export function toolsHere(isLocal: boolean): Tools {
  const { engines } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as {
    engines: { node: string };
  };
  return {
    node: process.versions.node,
    leastNode: Number(/\d+/.exec(engines.node)![0]),
    has: isInstalled,
    isInstalled: existsSync(join(repositoryRoot, "node_modules", "@pulumi", "hcloud")),
    ...(isLocal ? { lacking: missingPrerequisites(localCloudPrerequisites) } : {}),
    isRoot: process.getuid?.() === 0,
  };
}

/** Longest wait for a connection to a load balancer, milliseconds. */
const connectMs = 4_000;

/** The source address of this machine towards a host; connecting a UDP socket sends no packet. */
function sourceTowards(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (address?: string) => {
      socket.close();
      resolve(address);
    };
    const connected = (error?: unknown) => end(error ? undefined : socket.address().address);
    socket.connect(443, host, connected);
  });
}

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
