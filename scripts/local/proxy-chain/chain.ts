import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { command } from "../../../localcloud/machines/command";
import { drainMap } from "../../../services/edge-haproxy/haproxy-cfg";
import type { CheckSaid } from "./inside/checks";
import { type ChainArgs, chainFiles } from "./render";

/** A stack whose proxies are checked: what it is rendered with, by the name of its checks in `inside/main.ts`. */
const chains: Record<string, ChainArgs> = {
  requests: {
    requests: {
      answerTimeoutSeconds: 1,
      idleTimeoutSeconds: 60,
      maxBodyMib: 1,
      paths: {
        "/long": { answerTimeoutSeconds: 3 },
        "/files/": { maxBodyMib: 4096 },
      },
    },
  },
};

/** So that what a slow client has not taken is soon in the proxies and not in the kernel. */
const smallBuffers = ["tcp_rmem", "tcp_wmem"].flatMap((name) => [
  "--sysctl",
  `net.ipv4.${name}=4096 65536 262144`,
]);
/** Longest run of one chain with all its checks, seconds. */
const timeoutSeconds = 300;

async function checkChain(image: string, name: string): Promise<CheckSaid[]> {
  const folder = mkdtempSync(join(tmpdir(), "webstack-chain-"));
  try {
    const files = { ...chainFiles(chains[name]!), "etc/drain.map": drainMap() };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const program = join(folder, "checks.js");
    const entry = join(__dirname, "inside", "main.ts");
    buildSync({ entryPoints: [entry], outfile: program, bundle: true, platform: "node" });
    const given = ["BYTES", "VERBOSE"].flatMap((one) => ["--env", one]);
    const docker = ["run", "--rm", "--network", "none", "--cap-add", "SYS_PTRACE", ...smallBuffers];
    const run = ["-v", `${folder}:/chain:ro`, "--entrypoint", "/usr/bin/node", image];
    const args = [...docker, ...given, ...run, "/chain/checks.js", name];
    const output = await command("docker", args, { timeoutSeconds });
    return output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as CheckSaid);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Sends requests through the real proxies, all in a container of the host image without a network. */
export async function checkProxies(
  image: string,
  names: readonly string[] = Object.keys(chains),
): Promise<CheckSaid[]> {
  const results: CheckSaid[] = [];
  for (const name of names) results.push(...(await checkChain(image, name)));
  return results;
}
