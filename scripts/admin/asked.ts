import { request } from "node:https";
import { isIP } from "node:net";
import { parseArgs } from "node:util";
import { isPublic } from "../../doctor/own-address";
import { blockOf } from "./opening";
import { withUsage } from "../operate/with-usage";

/** What `admin:open` and `admin:close` are asked for. */
export interface AskedOpening {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Address that this machine is seen with; undefined: to be found out, or what was opened last. */
  address: string | undefined;
  /** How long it may stay open, minutes. */
  minutes: number;
  /** Whether the openings of everybody are closed. */
  all: boolean;
}

/** Longest time for which it is open, minutes. */
const mostMinutes = 720;

const usages = {
  open: "npm run admin:open -- [--stack <name>] [--minutes <1 to 720>] [--address <address>]",
  close: "npm run admin:close -- [--stack <name>] [--address <address> | --all]",
};

/** Reads the words of a command line. @throws Error with the usage if there is something else. */
export function askedOpening(command: "open" | "close", args: readonly string[]): AskedOpening {
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
    if (given.includes(foreign)) throw new Error(`--${foreign} is none of its options`);
    if (values.all && values.address !== undefined) throw new Error("--all needs no --address");
    const count = Number(values.minutes);
    if (!Number.isInteger(count) || count < 1 || count > mostMinutes) {
      const rule = `--minutes must be a whole number from 1 to ${mostMinutes}`;
      throw new Error(`${rule}, got ${JSON.stringify(values.minutes)}`);
    }
    const { stack, address, all: isAll } = values;
    return { stack, address, minutes: count, all: isAll };
  });
}

/** Answers with the IPv4 address that a call comes from; of the company whose cloud is asked anyway. */
const askedUrl = "https://ip.hetzner.com/";
/** Longest wait for its answer, milliseconds. */
const answerMs = 10_000;

/** What this machine is seen with over IPv4, by which SSH reaches the load balancers. */
function seenWith(): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(askedUrl, { family: 4, timeout: answerMs }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text = (text + chunk.toString()).slice(0, 200)));
      answer.on("end", () => resolve(text.trim()));
      answer.on("error", reject);
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    call.on("error", reject);
    call.end();
  });
}

/**
 * The block of the address that this machine is seen with.
 *
 * @param given what the operator says it is.
 * @param ask stands in for the question to the outside.
 * @throws Error if nobody can tell.
 */
export async function ownBlock(given: string | undefined, ask = seenWith): Promise<string> {
  if (given !== undefined) return blockOf(given);
  const found = await ask().catch((error: Error) => error);
  if (typeof found === "string" && isIP(found) !== 0 && isPublic(found)) return blockOf(found);
  const told = typeof found === "string" ? JSON.stringify(found) : found.message;
  throw new Error(
    `${askedUrl} must tell the public address of this machine, got ${told}; give it with --address`,
  );
}
