import { randomBytes } from "node:crypto";
import { coercedAll, tableFailures } from "./check";
import { differs, isEmpty, propertyChanges } from "./difference";
import type {
  ChangeRequest,
  CheckRequest,
  Difference,
  Failure,
  PropertyChange,
  StandIn,
} from "./stand-in";
import type { Table } from "./table";
import { unknown, type Values } from "./values";

/** What one resource type does, besides what its table says. */
export interface Operations {
  /** Makes it; answers its id and outputs. */
  create(inputs: Values): Promise<{ id: string; outs: Values }>;
  /** Outputs as they are now; `undefined` = it is gone. */
  read(id: string, state: Values): Promise<Values | undefined>;
  /** Changes it in place; answers the outputs. */
  update(id: string, state: Values, inputs: Values): Promise<Values>;
  /** Removes it. */
  delete(id: string, state: Values): Promise<void>;
}

/** Rules of one type that a table cannot say. */
export interface Rules {
  /** Changes inputs before they are looked at, such as adding what is always there. */
  complete?(inputs: Values): Values;
  /** Reasons to refuse inputs that are each fine. */
  refuse?(inputs: Values): Failure[];
  /** Looks at inputs that are to be planned. @throws Error if they cannot be. */
  plan?(inputs: Values): void;
  /** The changes that the table sees, with more or fewer of them. */
  changes?(request: ChangeRequest, seen: PropertyChange[]): PropertyChange[];
}

/** What {@link tableStandIn} puts together. */
export interface TableStandInParts {
  /** Name of the plugin, such as `hcloud`. */
  name: string;
  version: string;
  tables: Readonly<Record<string, Table>>;
  rules?: Readonly<Record<string, Rules>>;
  /** Takes the provider's settings. @throws Error if they are not acceptable. */
  configure?(settings: Values): void;
  operations(type: string): Operations;
}

/** Key under which the engine's inputs name what was filled in, as the official plugins do. */
const defaultsKey = "__defaults";

/** Length of the random end of a made name. */
const suffixDigits = 7;

function madeName(name: string): string {
  return `${name}-${randomBytes(suffixDigits).toString("hex").slice(0, suffixDigits)}`;
}

function withName(table: Table, { name, olds, news }: CheckRequest): Values {
  if (!table.autoNamed || news.name !== undefined) return { ...news, [defaultsKey]: [] };
  return { ...news, name: olds.name ?? madeName(name), [defaultsKey]: ["name"] };
}

function withoutMark(inputs: Values): Values {
  const given = { ...inputs };
  delete given[defaultsKey];
  return given;
}

/** Inputs with the defaults that show in outputs. */
function withDefaults({ properties }: Table, inputs: Values): Values {
  const defaults = Object.entries(properties).flatMap(([key, property]) =>
    property.default === undefined ? [] : [[key, property.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...withoutMark(inputs) };
}

/** Outputs that a preview of a creation knows. */
export function plannedOutputs(table: Table, inputs: Values): Values {
  const given = withDefaults(table, inputs);
  const computed = Object.entries(table.properties)
    .filter(([key, property]) => property.given === "computed" && given[key] === undefined)
    .map(([key]) => key);
  const open = [...table.outputs, ...computed].map((key) => [key, unknown] as const);
  return { ...Object.fromEntries(open), ...given };
}

/** Outputs that a preview of an update knows: what is not changed stays. */
export function plannedUpdate(table: Table, state: Values, inputs: Values): Values {
  const open = (table.unknownOnUpdate ?? []).filter((key) => inputs[key] === undefined);
  const kept = Object.entries(table.properties)
    .filter(([key, { given }]) => given === "computed" && inputs[key] === undefined)
    .map(([key]) => [key, state[key]] as const);
  const others = table.outputs.map((key) => [key, state[key]] as const);
  return {
    ...Object.fromEntries([...others, ...kept]),
    ...withDefaults(table, inputs),
    ...Object.fromEntries(open.map((key) => [key, unknown])),
  };
}

/** Inputs that would lead to `state`, starting from the recorded ones; all of them for an import. */
export function refreshedInputs(table: Table, state: Values, inputs: Values): Values {
  const isImport = Object.keys(inputs).length === 0;
  const result: Values = { ...inputs };
  for (const [key, property] of Object.entries(table.properties)) {
    if (isImport ? isEmpty(state[key]) : inputs[key] === undefined) continue;
    if (!isImport && !differs(property, state[key], inputs[key], table.half)) continue;
    if (state[key] === undefined) delete result[key];
    else result[key] = state[key];
  }
  return isImport ? { ...result, [defaultsKey]: [] } : result;
}

function difference(table: Table, rules: Rules, request: ChangeRequest): Difference {
  const { state, inputs } = request;
  rules.plan?.(inputs);
  const seen = propertyChanges(table, state, inputs);
  const changes = rules.changes?.(request, seen) ?? seen;
  if (changes.length > 0) {
    const again = (table.unknownOnUpdate ?? []).filter(
      (key) => inputs[key] === undefined && !changes.some(({ path }) => path === key),
    );
    for (const path of again) changes.push({ path, kind: "update", replaces: false });
  }
  const named = (inputs[defaultsKey] as string[] | undefined)?.includes("name") === false;
  const deleteBeforeReplace = table.half === "sdk" && table.autoNamed === true && named;
  return { changes, deleteBeforeReplace };
}

/** A provider plugin made of tables and the operations of each type. */
export function tableStandIn(parts: TableStandInParts): StandIn {
  const { name, version, operations } = parts;
  const tableOf = (type: string): Table => {
    const table = parts.tables[type];
    if (!table) throw new Error(`the stand-in for the ${name} plugin does not know ${type}`);
    return table;
  };
  const rulesOf = (type: string): Rules => parts.rules?.[type] ?? {};
  return {
    version,
    configure: (settings) => parts.configure?.(settings),
    secrets: (type) => tableOf(type).secrets ?? [],
    check(request) {
      const table = tableOf(request.type);
      const named = coercedAll(table.properties, withName(table, request));
      const { complete, refuse } = rulesOf(request.type);
      const inputs = complete ? complete(named) : named;
      return { inputs, failures: [...tableFailures(table, inputs), ...(refuse?.(inputs) ?? [])] };
    },
    diff: (request) => difference(tableOf(request.type), rulesOf(request.type), request),
    async create({ type, inputs, preview }) {
      rulesOf(type).plan?.(inputs);
      if (preview) return { id: "", state: plannedOutputs(tableOf(type), inputs) };
      const { id, outs } = await operations(type).create(withDefaults(tableOf(type), inputs));
      return { id, state: outs };
    },
    async read({ type, id, state, inputs }) {
      const table = tableOf(type);
      const now = await operations(type).read(id, state);
      return now && { id, state: now, inputs: refreshedInputs(table, now, inputs) };
    },
    async update({ type, id, state, inputs, preview }) {
      const table = tableOf(type);
      if (preview) return plannedUpdate(table, state, inputs);
      return operations(type).update(id, state, withoutMark(inputs));
    },
    delete: ({ type, id, state }) => operations(type).delete(id, state),
  };
}
