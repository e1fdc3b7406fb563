import { timeOf } from "../../host/archiver/chain/manifest";

/** Unit that takes a base; only the archiving node takes one. */
export const baseUnit = "webstack-base.service";
/** Unit that copies the data for a base. After a failed copy systemd does not start {@link baseUnit}. */
const copyUnit = "webstack-base-copy.service";

/** Command that prints, for both units, the result of the last run and the time of the last change. */
export const askFailedBase = `systemctl show --timestamp=unix --property=Result,StateChangeTimestamp ${copyUnit} ${baseUnit}`;

/**
 * Time of the last base of a node if it failed, microseconds since 1970, by the answer to {@link askFailedBase}; 0: it
 * did not. A base whose condition was not met (`exec-condition`), because the node stopped archiving, is no failure.
 */
export function failedBaseUs(answer: string): number {
  const times = answer.split("\n\n").flatMap((unit) => {
    const result = /^Result=(.*)$/m.exec(unit)?.[1] ?? "success";
    const at = /^StateChangeTimestamp=@(\d+)/m.exec(unit)?.[1];
    return at === undefined || /^(success|exec-condition)$/.test(result) ? [] : [Number(at) * 1e6];
  });
  return Math.max(0, ...times);
}

/** What to report of a base that failed, and the error; nothing if the newest base in the archive is a later one. */
export function failedBase(
  { node, base, failedBaseUs: atUs }: { node: string; base: string; failedBaseUs: number },
  nowUs: number,
): (readonly [text: string, error: string])[] {
  if (atUs === 0 || (base !== "" && atUs / 1_000 < timeOf(base))) return [];
  const text = `a base FAILED ${((nowUs - atUs) / 3_600e6).toFixed(1)} h ago`;
  const journal = "journalctl -u webstack-base-copy -u webstack-base";
  return [[text, `${text}: on ${node}, \`${journal}\` has the reason`]];
}
