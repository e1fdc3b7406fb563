/**
 * Number of open client connections, from HAProxy's answer to `show stat -1 1 -1`: a CSV of all frontends
 * with a header line; `scur` is the number of current sessions.
 *
 * Source: https://docs.haproxy.org/3.0/management.html#9.1
 */
export function openConnections(csv: string): number {
  const [names, ...rows] = csv.trim().replace(/^# /, "").split("\n");
  const column = names!.split(",").indexOf("scur");
  if (column < 0) throw new Error(`HAProxy's statistics have no column scur, got ${names}`);
  return rows.reduce((sum, row) => sum + Number(row.split(",")[column] ?? 0), 0);
}
