import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { execFileSync } from "node:child_process";
import { bundleUnits } from "../../audit/read";
import { type ScanAnswer, scanned, type ScanTarget } from "./probe";

/**
 * Runs `work` while root may send to every port: otherwise the host's own firewall would hide which ports other hosts
 * open.
 *
 * @throws Error if nftables refuses the rule, or does not report its handle.
 */
async function withOpenOutput<T>(doThis: () => Promise<T>): Promise<T> {
  const chain = ["inet", "webstack", "output"];
  const rule = ["insert", "rule", ...chain, "meta", "skuid", "0", "accept"];
  const output = execFileSync("/usr/sbin/nft", ["--echo", "--handle", ...rule], {
    encoding: "utf8",
  });
  const [, handle] = /# handle (\d+)/.exec(output) ?? [];
  if (handle === undefined)
    throw new Error(`nft must name the rule, said ${JSON.stringify(output)}`);
  try {
    return await doThis();
  } finally {
    execFileSync("/usr/sbin/nft", ["delete", "rule", ...chain, "handle", handle]);
  }
}

/** Order to a host. */
export interface ScanOrder {
  /** Path of converge's record of what it put on the host. */
  manifest: string;
  targets: readonly ScanTarget[];
}

/** Report of a host. */
export interface ScanReport {
  /** Services of the host's bundle. */
  units: string[];
  /** Public IPv6 addresses. */
  ipv6: string[];
  answers: ScanAnswer[];
}

/** Order from the program that reads standard input. */
declare const order: ScanOrder;

/**
 * Answers of the other hosts without this host's output rules; a port that must be open counts only if this host's own
 * firewall also lets the caller out.
 */
async function bothWays(targets: readonly ScanTarget[]): Promise<ScanAnswer[]> {
  const key = ({ address, way }: Pick<ScanAnswer, "address" | "way">) => `${address} ${way}`;
  const asItIs = await scanned(targets.map((target) => ({ ...target, tcp: [], udp: [] })));
  const out = new Set(asItIs.filter(({ answer }) => answer === "open").map(key));
  const awaited = new Set(
    targets.flatMap(({ address, awaited: ports }) =>
      ports.map((port) => key({ address, way: `tcp ${port}` })),
    ),
  );
  const answers = await withOpenOutput(() => scanned(targets));
  return answers.filter((one) => !awaited.has(key(one)) || out.has(key(one)));
}

async function main(): Promise<void> {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const outer = all.filter(({ family, internal }) => family === "IPv6" && !internal);
  const report: ScanReport = {
    units: bundleUnits(readFileSync(order.manifest, "utf8")),
    ipv6: outer.map(({ address }) => address).filter((address) => !/^fe80:/.test(address)),
    answers: order.targets.length === 0 ? [] : await bothWays(order.targets),
  };
  process.stdout.write(JSON.stringify(report));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
