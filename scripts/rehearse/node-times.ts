/** What the engine did to one node, seconds. */
export interface NodeTime {
  node: string;
  /** Server: made, resized. */
  server?: number;
  /** What is on it. */
  configuration?: number;
}

/** A line of `npm run up:local` about one resource of a node, such as ` 41.0s    updated web-1-configuration (7.4 s)`. */
const shape = /^\s*[\d.]+s\s+([\w-]+) (\S+)-(vm|configuration) \(([\d.]+) s\)\s*$/;

/** The node that a line says is done; undefined: it says something else. */
export function doneNode(line: string): NodeTime | undefined {
  const [, , node, part, seconds] = shape.exec(line) ?? [];
  if (node === undefined) return undefined;
  return { node, [part === "vm" ? "server" : "configuration"]: Number(seconds) };
}

/** The time of each node, in the order in which they were begun to be done. */
export function nodeTimes(lines: readonly string[]): NodeTime[] {
  const times = new Map<string, NodeTime>();
  for (const one of lines.flatMap((line) => doneNode(line) ?? [])) {
    times.set(one.node, { ...times.get(one.node), ...one });
  }
  return [...times.values()];
}
