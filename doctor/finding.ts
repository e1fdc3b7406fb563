/** Result of a check, with the remedy. */
export interface Finding {
  /** Name of the check, one or two words, such as `stock`. */
  check: string;
  /**
   * `failure`: an `up` would fail, or leave an unreachable stack; `warning`: an `up` would succeed, but the
   * operator should act; `note`: the check cannot know the answer; `ok`: nothing to do.
   */
  level: "ok" | "note" | "warning" | "failure";
  /** Description of what was found, a sentence without a full stop. */
  text: string;
  /** Remedy, in the imperative without a full stop. */
  fix?: string;
}

/** Makes the findings of one check. */
export function findingsOf(check: string) {
  const make = (level: Finding["level"]) => (text: string, fix?: string) => ({
    ...{ check, level, text },
    ...(fix === undefined ? {} : { fix }),
  });
  return {
    ok: make("ok"),
    note: make("note"),
    warning: make("warning"),
    failure: make("failure"),
  };
}

const marks = { ok: "ok", note: "note", warning: "warn", failure: "FAIL" } as const;
/** Width of the mark and of the name of a check, characters. */
const widths = { mark: 6, check: 13 };

/** Lines for a terminal, in the order of the checks; the last line is the summary. */
export function lines(findings: readonly Finding[]): string[] {
  const indent = " ".repeat(widths.mark + widths.check);
  const counted = (level: Finding["level"], noun: string) => {
    const { length } = findings.filter((one) => one.level === level);
    return `${length} ${noun}${length === 1 ? "" : "s"}`;
  };
  const verdict = fails(findings) ? "an up would fail" : "nothing stands in the way of an up";
  return [
    ...findings.flatMap(({ check, level, text, fix }) => [
      `${marks[level].padEnd(widths.mark)}${check.padEnd(widths.check)}${text}`,
      ...(fix === undefined ? [] : [`${indent}→ ${fix}`]),
    ]),
    `${counted("failure", "failure")}, ${counted("warning", "warning")}: ${verdict}`,
  ];
}

/** True if a finding would make an `up` fail. */
export function fails(findings: readonly Finding[]): boolean {
  return findings.some(({ level }) => level === "failure");
}
