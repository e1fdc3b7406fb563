import type { Call } from "./api";
import { type Finding, findingsOf } from "./finding";

const { ok, failure, warning } = findingsOf("clock");

/** Largest difference between this machine's clock and the API's that is not reported, seconds. */
const mostSeconds = 60;

/**
 * Compares this machine's clock with the `Date` of an answer (RFC 9110, 6.6.1; whole seconds). The certificates of the
 * stack's authority are valid from the clock of the machine that runs `up`: with a clock that is ahead, the hosts refuse
 * each other's certificates until their own clocks reach that time. No finding without an answer, or without its date.
 *
 * @param now this machine's time.
 */
export async function clockFindings(call: Call, now: Date): Promise<Finding[]> {
  const { date } = await call("GET", "/locations").catch(() => ({ date: undefined }));
  const theirs = date === undefined ? NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return [];
  const ahead = Math.round((now.getTime() - theirs) / 1000);
  if (Math.abs(ahead) <= mostSeconds) return [ok("this machine's clock agrees with the API's")];
  if (ahead < 0) {
    const text = `this machine's clock is ${-ahead} s behind the API's`;
    return [warning(text, "set it, for example with timedatectl set-ntp true")];
  }
  return [
    failure(
      `this machine's clock is ${ahead} s ahead of the API's: hosts would refuse certificates made now until then`,
      "set it, for example with timedatectl set-ntp true",
    ),
  ];
}
