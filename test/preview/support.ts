import type { EngineEvent } from "@pulumi/pulumi/automation";

type Values = Record<string, unknown>;

/** An event before a step, as the engine writes it. */
export function step(
  op: string,
  name: string,
  type: string,
  { before, after, changed = [] }: { before?: Values; after?: Values; changed?: string[] },
): EngineEvent {
  const urn = `urn:pulumi:dev::webstack::webstack:index:Some$${type}::${name}`;
  const detailedDiff = Object.fromEntries(changed.map((path) => [path, { diffKind: "update" }]));
  const metadata = {
    ...{ op, urn, type, detailedDiff, provider: "" },
    ...(before ? { old: { inputs: before } } : {}),
    ...(after ? { new: { inputs: after } } : {}),
  };
  return { sequence: 0, timestamp: 0, resourcePreEvent: { metadata } } as unknown as EngineEvent;
}

/** A server of a node. */
export function server(op: string, node: string, types: [before?: string, after?: string]) {
  const [before, after] = types.map((serverType) =>
    serverType === undefined ? undefined : { name: node, serverType, location: "nbg1" },
  );
  return step(op, `${node}-vm`, "hcloud:index/server:Server", {
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    changed: op === "update" ? ["serverType"] : [],
  });
}

/** A configuration of a node with one service, of which a file changes. */
export function configuration(
  node: string,
  unit: string,
  file: string,
  verb: "reload" | "restart",
) {
  const services = [
    {
      ...{ unit, needs: [] },
      reloadFiles: verb === "reload" ? [file] : [],
      restartFiles: verb === "restart" ? [file] : [],
    },
  ];
  return step("update", `${node}-configuration`, "host:index:Configuration", {
    before: { files: { [file]: "a\n" }, services },
    after: { files: { [file]: "b\n" }, services },
    changed: [`files[${JSON.stringify(file)}]`],
  });
}

/** A message. */
export function message(severity: string, text: string): EngineEvent {
  const diagnosticEvent = { severity, message: text, color: "never" };
  return { sequence: 0, timestamp: 0, diagnosticEvent } as unknown as EngineEvent;
}
