import { parseArgs } from "node:util";
import { localStackName } from "../../local/paths";
import { options, withDumpName } from "../asked";
import { stampOf } from "./record";

/** Work on a replacement that was done, and its time. */
export interface Former {
  work: "undo" | "drop";
  stamp: string;
  stack: string | undefined;
}

/**
 * The work on a former replacement that a command line names; undefined: a restore.
 *
 * @throws Error if its time has another form, if it names a restore too, or if it lacks the consent.
 */
export function formerOf(args: readonly string[]): Former | undefined {
  const { values } = parseArgs({ args: withDumpName(args), options });
  const { "undo-replace": undo, "drop-replaced": drop, stack, "yes-replace": consent } = values;
  if (undo === undefined && drop === undefined) return undefined;
  const others = Object.entries(values).filter(
    ([name, value]) => value !== false && !["stack", "yes-replace"].includes(name),
  );
  if (others.length > 1) {
    const names = others.map(([name]) => `--${name}`).join(", ");
    throw new Error(
      `name one of --undo-replace and --drop-replaced, without a restore; got ${names}`,
    );
  }
  const [work, flag] =
    undo === undefined ? (["drop", "drop-replaced"] as const) : (["undo", "undo-replace"] as const);
  const stamp = stampOf(flag, (undo ?? drop)!);
  checkConsent(consent, stack, `--${flag} ${stamp}`);
  return { work, stamp, stack };
}

/** @throws Error unless the consent names the stack whose data is replaced, put back or dropped. */
export function checkConsent(
  consent: string | undefined,
  stack: string | undefined,
  what: string,
): void {
  const name = stack ?? localStackName;
  if (consent === name) return;
  throw new Error(
    `${what} changes all data of stack ${name}: --yes-replace must be ${name}, got ${JSON.stringify(consent) ?? "none"}; nothing was done`,
  );
}
