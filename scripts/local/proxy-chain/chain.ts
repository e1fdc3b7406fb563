import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { command } from "../../../localcloud/machines/command";
import type { CheckReport, Figures } from "./inside/results";
import { chains, usualChain } from "./chains";
import { type ChainArgs, chainFiles, changedFiles } from "./render";

/** Capabilities to list the open files of a process, and to add addresses to the host. */
const capabilities = ["SYS_PTRACE", "NET_ADMIN"].flatMap((name) => ["--cap-add", name]);
/** IPv6; and buffers so small that data which a slow client has not read is soon in the proxies instead of the kernel. */
const inOwnNetwork = [
  "ipv6.conf.all.disable_ipv6=0",
  "ipv4.tcp_rmem=4096 65536 262144",
  "ipv4.tcp_wmem=4096 65536 262144",
].flatMap((setting) => ["--sysctl", `net.${setting}`]);

/** The chain's files, and below `clear` and `encrypted` those that change with TLS between the tiers. */
function filesOf(chain: ChainArgs): Record<string, string> {
  const below = (folder: string, innerTls: boolean) =>
    Object.entries(changedFiles({ ...chain, innerTls })).map(([path, content]) => [
      `${folder}/${path}`,
      content,
    ]);
  const both = [...below("clear", false), ...below("encrypted", true)];
  return { ...chainFiles(chain), ...(Object.fromEntries(both) as Record<string, string>) };
}

/** Program that runs in the container of a chain. */
interface Inside {
  /** File below `inside/`, such as `main.ts`. */
  entry: string;
  args: readonly string[];
  /** Settings of the container's network. */
  network: readonly string[];
  /** Longest run, seconds. */
  timeoutSeconds: number;
}

/** Runs a program beside the chain's files in a container of the host image; returns the program's lines of JSON. */
async function inContainer(
  image: string,
  chain: ChainArgs,
  { entry, args, network, timeoutSeconds }: Inside,
): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), "webstack-chain-"));
  try {
    for (const [path, content] of Object.entries(filesOf(chain))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const entryPoints = [join(__dirname, "inside", entry)];
    const outfile = join(folder, "program.js");
    buildSync({ entryPoints, outfile, bundle: true, platform: "node" });
    const given = ["BYTES", "VERBOSE"].flatMap((one) => ["--env", one]);
    const docker = ["run", "--rm", "--network", "none", ...capabilities, ...network];
    const run = ["-v", `${folder}:/chain:ro`, "--entrypoint", "/usr/bin/node", image];
    const words = [...docker, ...given, ...run, "/chain/program.js", ...args];
    const output = await command("docker", words, { timeoutSeconds });
    return output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Sends requests through the real proxies, all in a container of the host image without a network. */
export async function checkProxies(
  image: string,
  names: readonly string[] = Object.keys(chains),
): Promise<CheckReport[]> {
  const results: CheckReport[] = [];
  for (const name of names) {
    const chain = chains[name];
    if (!chain) throw new Error(`there is no chain ${name}`);
    const run = { entry: "main.ts", args: [name], network: inOwnNetwork, timeoutSeconds: 300 };
    results.push(...((await inContainer(image, chain, run)) as CheckReport[]));
  }
  return results;
}

/** Measures each part of the chain, `seconds` for each measurement. */
export async function benchChain(image: string, seconds: number): Promise<Figures[]> {
  const rules = { ...usualChain.rules, limits: { requestsPerSecond: 100_000 } };
  const network = ["--sysctl", "net.ipv6.conf.all.disable_ipv6=0"];
  const timeoutSeconds = 120 + 100 * seconds;
  const run = { entry: "bench.ts", args: ["load", String(seconds)], network, timeoutSeconds };
  return (await inContainer(image, { ...usualChain, rules }, run)) as Figures[];
}
