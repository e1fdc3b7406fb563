import { randomBytes } from "node:crypto";
import { defaultsKey, recorded, withMarks, withoutMarks } from "./bookkeeping";
import { coercedAll, tableFailures } from "./check";
import { asPlanned, differs, isEmpty, propertyChanges } from "./difference";
import type {
  ChangeRequest,
  CheckRequest,
  Difference,
  Failure,
  Plugin,
  PropertyChange,
} from "../../plugin/plugin";
import type { Table } from "./table";
import { unknown, type Values } from "../../plugin/values";

/** What one resource type does, besides what its table says. */
export interface Operations {
  /** Makes it; answers its id and outputs. */
  create(inputs: Values): Promise<{ id: string; outs: Values }>;
  /** Outputs as they are now; `undefined` = it is gone. */
  read(id: string, state: Values): Promise<Values | undefined>;
  /** Changes it in place; answers the outputs. `inputs` with defaults; `state` equals them where the plan says so. */
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

/** Length of the random end of a made name. */
const suffixDigits = 7;

function madeName(name: string): string {
  return `${name}-${randomBytes(suffixDigits).toString("hex").slice(0, suffixDigits)}`;
}

function withName(table: Table, { name, olds, news }: CheckRequest) {
  if (!table.autoNamed || news.name !== undefined) return { named: news, filledIn: [] };
  return { named: { ...news, name: olds.name ?? madeName(name) }, filledIn: ["name"] };
}

/** Inputs with the defaults that show in outputs. */
function withDefaults({ properties }: Table, inputs: Values): Values {
  const defaults = Object.entries(properties).flatMap(([key, property]) =>
    property.default === undefined ? [] : [[key, property.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...withoutMarks(inputs) };
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
  return withMarks(table, result, (inputs[defaultsKey] as string[] | undefined) ?? []);
}

/** The state without what counts only where one of `inputs` gives it. */
function givenState({ properties }: Table, state: Values, ...inputs: Values[]): Values {
  const isIdle = (key: string) =>
    properties[key]?.onlyWhenGiven === true &&
    !isEmpty(state[key]) &&
    inputs.every((each) => isEmpty(each[key]));
  return Object.fromEntries(Object.entries(state).filter(([key]) => !isIdle(key)));
}

function difference(table: Table, rules: Rules, request: ChangeRequest): Difference {
  const { oldInputs, inputs } = request;
  rules.plan?.(inputs);
  const state = givenState(table, request.state, oldInputs, inputs);
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
export function tableStandIn(parts: TableStandInParts): Plugin {
  const { name, version, operations } = parts;
  const tableOf = (type: string): Table => {
    const table = parts.tables[type];
    if (!table) throw new Error(`the stand-in for the ${name} plugin does not know ${type}`);
    return table;
  };
  const rulesOf = (type: string): Rules => parts.rules?.[type] ?? {};
  return {
    version,
    previews: true,
    configure: (settings) => parts.configure?.(settings),
    secrets: (type) => tableOf(type).secrets ?? [],
    check(request) {
      const table = tableOf(request.type);
      const { named, filledIn } = withName(table, request);
      const { complete, refuse } = rulesOf(request.type);
      const given = coercedAll(table.properties, named);
      const inputs = withMarks(table, complete ? complete(given) : given, filledIn);
      return { inputs, failures: [...tableFailures(table, inputs), ...(refuse?.(inputs) ?? [])] };
    },
    diff: (request) => difference(tableOf(request.type), rulesOf(request.type), request),
    async create({ type, inputs, preview }) {
      rulesOf(type).plan?.(inputs);
      const table = tableOf(type);
      if (preview)
        return { id: "", state: recorded(table, unknown, plannedOutputs(table, inputs)) };
      const { id, outs } = await operations(type).create(withDefaults(table, inputs));
      return { id, state: recorded(table, id, outs) };
    },
    async read({ type, id, state, inputs }) {
      const table = tableOf(type);
      const outs = await operations(type).read(id, givenState(table, state, inputs));
      if (!outs) return undefined;
      const now = recorded(table, id, outs, state);
      return { id, state: now, inputs: refreshedInputs(table, now, inputs) };
    },
    async update({ type, id, state, oldInputs, inputs, preview }) {
      const table = tableOf(type);
      const before = givenState(table, state, oldInputs, inputs);
      const wanted = withDefaults(table, inputs);
      const outs = preview
        ? plannedUpdate(table, before, inputs)
        : await operations(type).update(id, asPlanned(table, before, wanted), wanted);
      return recorded(table, id, outs, state);
    },
    delete: ({ type, id, state }) => operations(type).delete(id, state),
  };
}
