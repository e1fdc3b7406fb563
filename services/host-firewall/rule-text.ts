import type { Opening } from "../service";

/**
 * Rules that accept what the openings list; other rules accept ICMP.
 *
 * @param side condition with a space at its end, such as `ip saddr 10.0.1.0/24 `; empty: every address.
 */
export function accept(side: string, openings: readonly Opening[]): string[] {
  const hasVrrp = openings.some(({ protocol }) => protocol === "vrrp");
  const ports = (["tcp", "udp"] as const).flatMap((kind) => {
    const numbers = openings.flatMap(({ protocol, port }) =>
      protocol === kind ? (port ?? []) : [],
    );
    const sorted = [...new Set(numbers)].sort((a, b) => a - b);
    return sorted.length > 0 ? [`${side}${kind} dport ${set(sorted)} accept`] : [];
  });
  return [...(hasVrrp ? [`${side}ip protocol vrrp accept`] : []), ...ports];
}

/** One value, or several as an anonymous set. */
export function set(values: readonly (string | number)[]): string {
  return values.length === 1 ? String(values[0]) : `{ ${values.join(", ")} }`;
}
