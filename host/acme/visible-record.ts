import { Resolver } from "node:dns/promises";
import { setTimeout as pause } from "node:timers/promises";
import { monotonicMs } from "../time/monotonic";

/** Waits for a record, milliseconds. */
export interface Waits {
  /** Longest wait until the name servers have the record. */
  mostMs: number;
  /** Pause between two looks. */
  lookMs: number;
  /** Pause after the last look: a name server's address stands for several machines. */
  settleMs: number;
}

const usual: Waits = { mostMs: 90_000, lookMs: 2_000, settleMs: 5_000 };
/** Longest wait for one answer, and for one look with the name server's address, milliseconds. */
const answerMs = 2_000;
const wholeMs = 5_000;
/** Consecutive requests without an answer after which a name server counts as silent. */
const silentLooks = 3;

/** Asks one name server for the TXT values of a name; none if it has none. @throws Error if it does not answer. */
export type AskTexts = (server: string, name: string) => Promise<string[]>;

/** A name server as far as it was asked. */
interface Server {
  name: string;
  isThere: boolean;
  /** Looks in a row without an answer, and the reason of the last one. */
  misses: number;
  reason: string;
}

/**
 * Waits until the zone's name servers answer with a TXT value. The authority asks these servers too, and another one if
 * one is silent; so all that answer must have the value, and at least one must answer. A resolver between would
 * remember an early answer without the record.
 *
 * @param name name of the record, such as `_acme-challenge.example.com`. @param nameservers their names.
 * @param goOn runs before each look, and ends the wait by an error.
 *
 * @returns what is wrong with the name servers that do not answer; undefined: all have the value.
 *
 * @throws Error with what the name servers answered last.
 */
export async function waitForRecord(
  name: string,
  value: string,
  nameservers: readonly string[],
  goOn: () => void,
  { mostMs, lookMs, settleMs }: Waits = usual,
  ask: AskTexts = texts,
): Promise<string | undefined> {
  if (nameservers.length === 0) throw new Error(`the zone of ${name} has no name server`);
  const servers = nameservers.map((one) => ({ name: one, isThere: false, misses: 0, reason: "" }));
  const end = monotonicMs() + mostMs;
  for (;;) {
    goOn();
    await Promise.all(servers.map((server) => look(server, name, value, ask)));
    const isSettled = servers.every(({ isThere, misses }) => isThere || misses >= silentLooks);
    if (isSettled && servers.some(({ isThere }) => isThere)) break;
    if (monotonicMs() >= end)
      throw new Error(`${problems(servers, name)}, after ${mostMs / 1000} s`);
    await pause(lookMs);
  }
  await pause(settleMs);
  const silent = servers.filter(({ isThere }) => !isThere);
  return silent.length === 0 ? undefined : problems(silent, name);
}

/** Asks a name server unless it had the value already. */
async function look(server: Server, name: string, value: string, ask: AskTexts): Promise<void> {
  if (server.isThere) return;
  const late = pause(wholeMs, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${wholeMs / 1000} s`);
  });
  try {
    server.isThere = (await Promise.race([ask(server.name, name), late])).includes(value);
    server.misses = 0;
  } catch (error) {
    server.misses += 1;
    server.reason = (error as Error).message;
  }
}

function problems(servers: readonly Server[], name: string): string {
  const wrong = servers.filter(({ isThere }) => !isThere);
  return wrong
    .map((server) =>
      server.misses === 0
        ? `${server.name} does not have the record ${name}`
        : `${server.name} does not answer for ${name}: ${server.reason}`,
    )
    .join("; ");
}

/** The TXT values that a name server itself has, asked over IPv4. */
export async function texts(server: string, name: string): Promise<string[]> {
  const limits = { timeout: answerMs, tries: 1 };
  const [address] = await new Resolver(limits)
    .resolve4(server)
    .catch(({ code }: Error & { code: string }) => {
      throw new Error(`DNS has no address for it (${code})`);
    });
  return textsAt(`${address}:53`, name);
}

/** The same of a server's address with its port. */
export async function textsAt(address: string, name: string): Promise<string[]> {
  const own = new Resolver({ timeout: answerMs, tries: 1 });
  own.setServers([address]);
  try {
    return (await own.resolveTxt(name)).map((parts) => parts.join(""));
  } catch (error) {
    const { code } = error as { code: string };
    if (code === "ENOTFOUND" || code === "ENODATA") return [];
    throw error;
  }
}
