import { type Finding, findingsOf } from "./finding";

const { ok, failure, note } = findingsOf("stack file");

/**
 * Findings for the problems of a stack file, in the schema's own words: key, rule, value found, fix.
 *
 * @param problems one sentence each.
 * @param hidden names of encrypted settings that this machine cannot decrypt, and so cannot check.
 */
export function stackFileFindings(
  file: string,
  problems: readonly string[],
  hidden: readonly string[] = [],
): Finding[] {
  const found = [...new Set(problems)].map((problem) => {
    // The schema's sentences end with the remedy.
    const [, text = problem, fix] = /^(.*); ([^;]+)$/s.exec(problem) ?? [];
    return failure(text, fix);
  });
  const closed =
    hidden.length === 0
      ? []
      : [
          note(
            `${hidden.join(", ")} could not be decrypted here`,
            "log in to the stack's backend with pulumi login, and give PULUMI_CONFIG_PASSPHRASE if it has a passphrase",
          ),
        ];
  const valid = closed.length > 0 ? "is valid as far as it could be read" : "is valid";
  return found.length > 0 ? [...found, ...closed] : [ok(`${file} ${valid}`), ...closed];
}
