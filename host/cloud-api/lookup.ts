import { lookup as ask } from "node:dns";
import type { LookupFunction } from "node:net";

type Answer = Parameters<Parameters<LookupFunction>[2]>;

/** Wait for a resolver before its last answer is taken instead, milliseconds. */
const patienceMs = 300;

/**
 * A lookup of names that remembers the last answer of each and falls back to it: a failover must
 * not depend on a resolver.
 */
export function rememberingLookup(
  resolve: LookupFunction = ask as LookupFunction,
  waitMs = patienceMs,
): LookupFunction {
  const known = new Map<string, Answer>();
  return (name, options, done) => {
    const key = JSON.stringify([name, options.family, options.all]);
    const last = known.get(key);
    let answered = false;
    const answer = (...result: Answer) => {
      if (!answered) done(...result);
      answered = true;
    };
    const timer = last ? setTimeout(() => answer(...last), waitMs) : undefined;
    resolve(name, options, (...result: Answer) => {
      clearTimeout(timer);
      if (!result[0]) known.set(key, result);
      answer(...(result[0] && last ? last : result));
    });
  };
}
