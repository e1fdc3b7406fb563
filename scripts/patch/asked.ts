import { parseArgs } from "node:util";

/** The arguments of `npm run patch`. */
export interface AskedPatch {
  /** Named stack; undefined: none is named. */
  stack: string | undefined;
  /** Tiers and nodes. */
  words: string[];
  /** True: only the list of what an upgrade would change. */
  isCheck: boolean;
  /** True: each node is rebooted, also if nothing asks for it. */
  rebootsAlways: boolean;
  /** True: the only node of a tier is patched too. */
  allowsOutage: boolean;
  /** True: no question before the first node. */
  yes: boolean;
}

/**
 * Parses `[--stack <name>] [--check] [--reboot] [--outage] [--yes] [tier or node ...]`; without words the command
 * is about the whole stack.
 *
 * @throws Error for an unknown option.
 */
export function askedPatch(args: readonly string[]): AskedPatch {
  const flag = { type: "boolean", default: false } as const;
  const options = {
    stack: { type: "string" },
    ...{ check: flag, reboot: flag, outage: flag, yes: flag },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  return {
    stack: values.stack,
    words: positionals.length > 0 ? positionals : ["lb", "web", "app", "db"],
    isCheck: values.check,
    rebootsAlways: values.reboot,
    allowsOutage: values.outage,
    yes: values.yes,
  };
}
