import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { bundleUnits } from "../../audit/read";
import { type ScanAnswer, scanned, type ScanTarget } from "./probe";

/** What a host is asked for. */
export interface ScanOrder {
  /** Path of converge's record of what it put on the host. */
  manifest: string;
  targets: readonly ScanTarget[];
}

/** What a host says. */
export interface ScanSaid {
  /** Services of the host's bundle. */
  units: string[];
  /** Public IPv6 addresses. */
  ipv6: string[];
  answers: ScanAnswer[];
}

/** What the small program that reads standard input hands over. */
declare const order: ScanOrder;

async function main(): Promise<void> {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const outer = all.filter(({ family, internal }) => family === "IPv6" && !internal);
  const said: ScanSaid = {
    units: bundleUnits(readFileSync(order.manifest, "utf8")),
    ipv6: outer.map(({ address }) => address).filter((address) => !/^fe80:/.test(address)),
    answers: await scanned(order.targets),
  };
  process.stdout.write(JSON.stringify(said));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
