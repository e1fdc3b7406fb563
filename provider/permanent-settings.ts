import type { Failure } from "../plugin/plugin";
import { isMap, type Values } from "../plugin/values";

/** A setting that is chosen when a stack is made. */
interface Choice {
  /** Value of a stack that does not set it. */
  fallback: string;
  /** Reason why it stays. */
  because: string;
}

const choices: Record<string, Choice> = {
  "network.publicAddresses": {
    fallback: "all",
    because:
      "a server gets or loses its public side only with the power off, and its way out with it, so the nodes keep what they were made with",
  },
};

/** Changes of settings that are chosen when a stack is made, one sentence each; none before the first record. */
export function permanentSettingFailures(olds: Values, news: Values): Failure[] {
  if (!isMap(olds.things)) return [];
  const [before, after] = [mapOf(olds.chosen), mapOf(news.chosen)];
  return Object.entries(choices).flatMap(([name, { fallback, because }]) => {
    const was = before[name] ?? fallback;
    const now = after[name] ?? fallback;
    if (was === now) return [];
    const reason =
      `webstack:${name} must stay ${String(was)}, got ${String(now)}: ${because}. Set it back to ${String(was)}; to have ${String(now)}, ` +
      "make a new stack beside this one, and bring the data there from the backups (docs/backups.md)";
    return [{ property: "", reason }];
  });
}

function mapOf(value: unknown): Values {
  return isMap(value) ? value : {};
}
