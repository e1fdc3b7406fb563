import { isIP } from "node:net";
import { parseArgs } from "node:util";
import { type KnownLimits, limitedKinds } from "../../doctor/project-limits";
import { withUsage } from "../operate/with-usage";

/** Arguments of `npm run doctor`. */
export interface DoctorOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Public address of this machine. */
  address: string | undefined;
  /** Limits of the account. */
  limits: KnownLimits;
}

const usage =
  "npm run doctor -- [--stack <name>] [--address <address>] [--limit <kind>=<number> ...]";

/** Parses a command line. @throws Error with the usage for anything else. */
export function parseCommandLine(args: readonly string[]): DoctorOptions {
  const options = {
    stack: { type: "string" },
    address: { type: "string" },
    limit: { type: "string", multiple: true, default: [] as string[] },
  } as const;
  return withUsage(usage, () => {
    const { stack, address, limit } = parseArgs({ args: [...args], options }).values;
    if (address !== undefined && isIP(address) === 0) {
      throw new Error(`--address must be an IP address without a prefix, got ${address}`);
    }
    return { stack, address, limits: Object.fromEntries(limit.map(limitOf)) };
  });
}

function limitOf(text: string): [string, number] {
  const [, kind = "", count = ""] = /^(\w+)=(\d+)$/.exec(text) ?? [];
  if (limitedKinds.some((one) => one === kind)) return [kind, Number(count)];
  throw new Error(`--limit must be <kind>=<number> with ${limitedKinds.join(", ")}, got ${text}`);
}
