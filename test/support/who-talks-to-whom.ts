import type { Opening, OutgoingCalls, Service, Source } from "../../services/service";

/** Services that run at one place. */
export interface Place {
  /** Where, such as `lb`, or words such as `two nodes of db or web`. */
  name: string;
  /** What runs there. */
  services: readonly Pick<Service<never>, "name" | "openings" | "callsOut">[];
}

const callers: Partial<Record<Source, string>> = {
  peers: "the other nodes of the tier",
  anywhere: "everybody",
  admins: "`admin.cidrs`",
};

/** A table in Markdown of all ways in: a line for each opening of each service. */
export function whoTalksToWhom(places: readonly Place[]): string {
  const rows = places.flatMap(({ name, services }) =>
    services.flatMap((service) =>
      service.openings.map((opening) => [
        name,
        service.name,
        way(opening),
        callers[opening.from] ?? opening.from,
        opening.purpose,
      ]),
    ),
  );
  return table([["Node", "Service", "Way in", "Who", "What for"], ...rows]);
}

/** A table in Markdown of the users that call out. */
export function whoCallsOut(places: readonly Place[]): string {
  const rows = places.flatMap(({ name, services }) =>
    services.flatMap((service) =>
      (service.callsOut ?? []).map((calls) => [name, service.name, calls.user, where(calls)]),
    ),
  );
  return table([["Node", "Service", "User", "To"], ...rows]);
}

function where({ port, to, udp = false }: OutgoingCalls): string {
  const ports = port === undefined ? "every port" : String(port);
  return (
    `${udp ? "TCP and UDP" : "TCP"}, ${ports}`.replace(/, (?=\d)/, " ") + (to ? ` at ${to}` : "")
  );
}

function way({ protocol, port }: Opening): string {
  return port === undefined ? protocol.toUpperCase() : `${protocol.toUpperCase()} ${port}`;
}

/** Rows as a table, its columns as wide as their widest cell; the first row is the heading. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const [heading, ...body] = rows.map((row) => line(row.map((cell, i) => cell.padEnd(widths[i]!))));
  return [heading, line(widths.map((width) => "-".repeat(width))), ...body].join("");
}
