import { Resolver } from "node:dns/promises";
import { setTimeout as pause } from "node:timers/promises";
import { monotonicMs } from "../time/monotonic";

/** Waits for a record, milliseconds. */
export interface Waits {
  /** Longest wait until every name server has the record. */
  mostMs: number;
  /** Pause between two looks. */
  lookMs: number;
  /** Pause after the last look: a name server's address stands for several machines. */
  settleMs: number;
}

const usual: Waits = { mostMs: 90_000, lookMs: 2_000, settleMs: 5_000 };
/** Longest wait for one answer, milliseconds. */
const answerMs = 2_000;

/** Asks one name server for the TXT values of a name; none if it has none. @throws Error if it does not answer. */
export type AskTexts = (server: string, name: string) => Promise<string[]>;

/**
 * Waits until all name servers of the zone answer with a TXT value. The authority asks these servers too. A resolver
 * between would remember an early answer without the record.
 *
 * @param name name of the record, such as `_acme-challenge.example.com`. @param nameservers their names.
 *
 * @throws Error with what a name server answered last.
 */
export async function waitForRecord(
  name: string,
  value: string,
  nameservers: readonly string[],
  { mostMs, lookMs, settleMs }: Waits = usual,
  ask: AskTexts = texts,
): Promise<void> {
  if (nameservers.length === 0) throw new Error(`the zone of ${name} has no name server`);
  const end = monotonicMs() + mostMs;
  for (const server of nameservers) {
    for (;;) {
      const problem = await ask(server, name).then(
        (found) =>
          found.includes(value) ? undefined : `${server} does not have the record ${name}`,
        ({ message }: Error) => `${server} does not answer for ${name}: ${message}`,
      );
      if (problem === undefined) break;
      if (monotonicMs() >= end) throw new Error(`${problem}, after ${mostMs / 1000} s`);
      await pause(lookMs);
    }
  }
  await pause(settleMs);
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
