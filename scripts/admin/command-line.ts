import { isIP } from "node:net";
import { parseArgs } from "node:util";
import { isPublic } from "../../config/addresses";
import { blockOf } from "../../rolling/admin-openings";
import { addressUrl, seenWith } from "../../rolling/own-address";
import { withUsage } from "../operate/with-usage";

/** Arguments of `admin:open` and `admin:close`. */
export interface OpeningOptions {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /**
   * Public address of this machine; undefined: `admin:open` finds it out, `admin:close` takes the address that was
   * opened last.
   */
  address: string | undefined;
  /** Lifetime of the opening, minutes. */
  minutes: number;
  /** True: the openings of all checkouts are closed. */
  all: boolean;
}

/** Longest lifetime of an opening, minutes. */
const maxMinutes = 720;

const usages = {
  open: "npm run admin:open -- [--stack <name>] [--minutes <1 to 720>] [--address <address>]",
  close: "npm run admin:close -- [--stack <name>] [--address <address> | --all]",
};

/** Parses a command line. @throws Error with the usage for anything else. */
export function parseCommandLine(
  command: "open" | "close",
  args: readonly string[],
): OpeningOptions {
  const shared = { stack: { type: "string" }, address: { type: "string" } } as const;
  const minutes = { type: "string", default: "60" } as const;
  const all = { type: "boolean", default: false } as const;
  const options = { ...shared, minutes, all };
  return withUsage(usages[command], () => {
    const { values } = parseArgs({ args: [...args], options });
    const given = parseArgs({ args: [...args], options, tokens: true }).tokens.map((one) =>
      one.kind === "option" ? one.name : "",
    );
    const foreign = command === "open" ? "all" : "minutes";
    if (given.includes(foreign)) throw new Error(`admin:${command} has no option --${foreign}`);
    if (values.all && values.address !== undefined) throw new Error("--all needs no --address");
    const count = Number(values.minutes);
    if (!Number.isInteger(count) || count < 1 || count > maxMinutes) {
      const rule = `--minutes must be a whole number from 1 to ${maxMinutes}`;
      throw new Error(`${rule}, got ${JSON.stringify(values.minutes)}`);
    }
    const { stack, address, all: isAll } = values;
    return { stack, address, minutes: count, all: isAll };
  });
}

/**
 * The block of this machine's public address.
 *
 * @param given the address that the operator names.
 * @param ask returns the address; replaced in tests.
 * @throws Error if the address is not known.
 */
export async function ownBlock(given: string | undefined, ask = seenWith): Promise<string> {
  if (given !== undefined) return blockOf(given);
  const found = await ask().catch((error: Error) => error);
  if (typeof found === "string" && isIP(found) !== 0 && isPublic(found)) return blockOf(found);
  const answer = typeof found === "string" ? JSON.stringify(found) : found.message;
  throw new Error(
    `${addressUrl} must tell the public address of this machine, got ${answer}; give it with --address`,
  );
}
