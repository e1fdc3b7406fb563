import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { command } from "../../../localcloud/machines/command";
import type { CheckReport, Figures } from "./inside/results";
import { type ChainArgs, chainFiles, changedFiles } from "./render";

/** Headers that could mean something else to HAProxy. */
const oddHeaders = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "Content-Security-Policy": `default-src 'self'; img-src * data:; ${"script-src 'none'; ".repeat(50)}end`,
  "X-Odd": `100% "it's" {$HOME} \\ # %[src] \\n ;}`,
  "X-From-App": "from the stack file",
};

const usual: ChainArgs = {
  requests: { answerTimeoutSeconds: 30, idleTimeoutSeconds: 3600, maxBodyMib: 10, paths: {} },
  rules: {
    trustedProxies: [],
    clientAddressHeader: "X-Forwarded-For",
    limits: { requestsPerSecond: 1000 },
    headers: {},
  },
  settings: { brotli: false, locations: {} },
};
/** Limits that are short enough for the checks to reach them. */
const quick: ChainArgs = {
  ...usual,
  requests: {
    answerTimeoutSeconds: 1,
    idleTimeoutSeconds: 60,
    maxBodyMib: 1,
    paths: {
      "/long": { answerTimeoutSeconds: 3 },
      "/files/": { maxBodyMib: 4096 },
    },
  },
};
const trustedProxies = ["127.10.0.0/16", "2001:db8:10::/48"];

/** Arguments with which each checked chain is rendered, by the name of its checks in `inside/main.ts`. */
const chains: Record<string, ChainArgs> = {
  requests: quick,
  encrypted: { ...quick, innerTls: true },
  stops: { ...usual, hasNeighbours: true, innerTls: true },
  sharing: { ...usual, hasNeighbours: true, sharesPort: true },
  affine: {
    ...usual,
    hasNeighbours: true,
    affinity: "client",
    rules: { ...usual.rules, trustedProxies },
  },
  misnamed: { ...usual, innerTls: true, webName: "web-9" },
  clients: usual,
  proxied: { ...usual, rules: { ...usual.rules, trustedProxies } },
  named: {
    ...usual,
    rules: { ...usual.rules, trustedProxies, clientAddressHeader: "CF-Connecting-IP" },
  },
  worded: {
    ...usual,
    requests: {
      ...usual.requests,
      answerTimeoutSeconds: 1,
      maxBodyMib: 100,
      paths: { "/own": {} },
    },
    rules: {
      ...usual.rules,
      headers: oddHeaders,
      haproxySnippet: "acl admin path_beg /wp-admin\nhttp-request deny if admin\n",
    },
    settings: {
      brotli: false,
      locations: { "= /old": "return 301 /new;\n", "/beside/": "proxy_pass http://app;\n" },
      nginxSnippet: "location = /stub {\n  return 204;\n}\nerror_page 504 /sorry.html;\n",
    },
  },
  limited: {
    ...usual,
    rules: { ...usual.rules, trustedProxies, limits: { requestsPerSecond: 20, connections: 30 } },
  },
  shares: {
    ...usual,
    requests: {
      ...usual.requests,
      paths: { "/live": { buffering: false }, "/live/kept": { maxBodyMib: 5 } },
    },
  },
  secured: {
    ...usual,
    rules: { ...usual.rules, trustedProxies },
    https: {
      mode: "pem",
      domains: ["www.secured.test", "secured.test"],
      canonical: "www.secured.test",
      redirect: true,
      hsts: "on",
    },
  },
};

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
  const rules = { ...usual.rules, limits: { requestsPerSecond: 100_000 } };
  const network = ["--sysctl", "net.ipv6.conf.all.disable_ipv6=0"];
  const timeoutSeconds = 120 + 100 * seconds;
  const run = { entry: "bench.ts", args: ["load", String(seconds)], network, timeoutSeconds };
  return (await inContainer(image, { ...usual, rules }, run)) as Figures[];
}
