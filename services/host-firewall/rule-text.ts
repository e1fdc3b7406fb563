import type { Opening } from "../service";

/**
 * Rules that accept what the openings say; other rules accept ICMP.
 *
 * @param side condition with a space at its end, such as `ip saddr 10.0.1.0/24 `; empty: every address.
 */
export function accept(side: string, openings: readonly Opening[]): string[] {
  const hasVrrp = openings.some(({ protocol }) => protocol === "vrrp");
  const ports = [...new Set(openings.flatMap(({ port }) => port ?? []))].sort((a, b) => a - b);
  return [
    ...(hasVrrp ? [`${side}ip protocol vrrp accept`] : []),
    ...(ports.length > 0 ? [`${side}tcp dport ${set(ports)} accept`] : []),
  ];
}

/** One value, or several as an anonymous set. */
export function set(values: readonly (string | number)[]): string {
  return values.length === 1 ? String(values[0]) : `{ ${values.join(", ")} }`;
}
