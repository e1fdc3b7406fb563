import { request } from "node:https";
import { isIP } from "node:net";
import { isPublic } from "../../doctor/own-address";
import { blockOf } from "./opening";

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
