import type { EdgeState } from "./edge";

/** Longest time after the time of renewal that a renewal may take, milliseconds: a day. */
const mostMarginMs = 24 * 3_600_000;

/**
 * A line for each load balancer and name whose certificate has ended, or is not renewed a day after its time of renewal,
 * or half of the time from then to its end if that is shorter.
 *
 * @param nowMs milliseconds since 1970.
 */
export function certificateProblems(
  states: ReadonlyMap<string, Pick<EdgeState, "certificates"> | undefined>,
  nowMs: number,
): string[] {
  return [...states].flatMap(([node, state]) =>
    Object.entries(state?.certificates?.names ?? {}).flatMap(([name, one]) => {
      const problem = problemOf(one, nowMs);
      return problem === undefined ? [] : [`${node}  ${name}  ${problem}`];
    }),
  );
}

type Certificates = NonNullable<EdgeState["certificates"]>;

function problemOf({ validUntil, renewAfter }: Certificates["names"][string], nowMs: number) {
  if (validUntil === undefined) return undefined;
  const endMs = Date.parse(validUntil);
  if (nowMs >= endMs) return `THE CERTIFICATE ENDED at ${validUntil}`;
  const renewMs = renewAfter === undefined ? endMs : Date.parse(renewAfter);
  const lateMs = renewMs + Math.min(mostMarginMs, (endMs - renewMs) / 2);
  if (nowMs < lateMs) return undefined;
  const hours = Math.floor((endMs - nowMs) / 3_600_000);
  return `the certificate SHOULD BE RENEWED since ${renewAfter}, and ends in ${hours} h`;
}
