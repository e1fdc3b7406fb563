import { lookup as ask } from "node:dns";
import type { LookupFunction } from "node:net";

type Answer = Parameters<Parameters<LookupFunction>[2]>;

/** Wait for the resolver before the cached answer is used, milliseconds. */
const patienceMs = 300;

/**
 * A DNS lookup that caches the last answer of each name and falls back to it: a failover must not depend
 * on a resolver.
 */
export function cachingLookup(
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
