import { attempt, command } from "../machines/command";

/** What slows the packets towards a server: a rate, or a delay. */
export type Shaping =
  | { kbitPerSecond: number }
  | {
      delayMs: number;
      /** Each packet's delay differs by up to that. */
      jitterMs: number;
    };

/** Arguments of `tc` that do it. */
export function shapingWords(shaping: Shaping): string[] {
  if ("kbitPerSecond" in shaping) {
    return ["tbf", "rate", `${shaping.kbitPerSecond}kbit`, "burst", "32kbit", "latency", "400ms"];
  }
  return ["netem", "delay", `${shaping.delayMs}ms`, `${shaping.jitterMs}ms`];
}

/**
 * Shapes what leaves an interface of a namespace, in place of a former shaping.
 *
 * @param shaping absent: none.
 * @throws Error if the kernel cannot do it.
 */
export async function shape(namespace: string, port: string, shaping?: Shaping): Promise<void> {
  const device = ["-n", namespace, "qdisc"];
  await attempt("tc", [...device, "del", "dev", port, "root"]);
  if (!shaping) return;
  const words = [...device, "add", "dev", port, "root", ...shapingWords(shaping)];
  await command("tc", words).catch((error: Error) => {
    if (!/qdisc kind is unknown/.test(error.message)) throw error;
    const kind = shapingWords(shaping)[0];
    throw new Error(`the kernel of this machine has no ${kind} queue, so it cannot do that`);
  });
}
