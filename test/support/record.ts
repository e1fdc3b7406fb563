import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { computedState } from "./computed-state";

/** A resource as the engine would have received it. */
export interface Registration {
  /** Type token, such as `hcloud:index/server:Server`. */
  type: string;
  /** Logical name. */
  name: string;
  /** Type of the parent, own type and name: what has to be unique. */
  urn: string;
  /** Logical name of the parent; undefined at the top. */
  parent?: string;
  /** Inputs after every output was resolved; a secret is wrapped in a marker object. */
  inputs: Record<string, unknown>;
  /** Names of the properties whose changes are ignored. */
  ignoreChanges: string[];
  /** True if the engine would refuse to delete it. */
  protect: boolean;
  /** True if it is deleted before its replacement is created. */
  deleteBeforeReplace: boolean;
  /** URNs of everything that has to be there before. */
  dependsOn: string[];
  /** Value whose change replaces the resource; undefined if there is none. */
  replacementTrigger: unknown;
  /** Names of the hooks that the engine calls before an update. */
  beforeUpdate: string[];
}

/** The parts of a registration request that this module reads; the SDK does not type it. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
  getHooks(): { getBeforeUpdateList(): string[] } | undefined;
}

const passOn = MockMonitor.prototype.registerResource;
// Mocks know of hooks, and call none.
Object.assign(MockMonitor.prototype, {
  registerResourceHook: (_: unknown, done: (error: null) => void) => done(null),
  registerErrorHook: (_: unknown, done: (error: null) => void) => done(null),
});
let sink: Omit<Registration, "inputs">[] = [];

// Mocks are not told about options; the request that they answer has them.
MockMonitor.prototype.registerResource = function (request: Request, callback) {
  const [, , parentType = "", parent] = request.getParent().split("::");
  const type = request.getType();
  sink.push({
    type,
    name: request.getName(),
    urn:
      [...parentType.split("$").slice(-1), type].filter(Boolean).join("$") +
      `::${request.getName()}`,
    parent,
    ignoreChanges: request.getIgnorechangesList(),
    protect: request.getProtect(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    dependsOn: request.getDependenciesList(),
    replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
    beforeUpdate: request.getHooks()?.getBeforeUpdateList() ?? [],
  });
  return passOn.call(this, request, callback);
};

/**
 * Runs `build` under Pulumi mocks; returns every registration once all have finished, sorted by
 * name: the order in which independent resources reach the engine is a matter of chance.
 */
export async function record(
  build: () => void,
  settings: { stack?: string; config?: Record<string, string>; secretKeys?: string[] } = {},
): Promise<Registration[]> {
  const requests: typeof sink = [];
  const inputsOf = new Map<string, Record<string, unknown>>();
  sink = requests;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        inputsOf.set(`${type} ${name}`, inputs);
        return {
          id: custom ? String(mockId(name)) : undefined,
          state: { ...inputs, ...computedState(type, name, inputs) },
        };
      },
      call: ({ token }) => {
        throw new Error(`unexpected provider call ${token}`);
      },
    },
    "webstack",
    settings.stack ?? "test",
  );
  pulumi.runtime.setAllConfig(settings.config ?? {}, settings.secretKeys);
  build();
  await pulumi.runtime.disconnect();
  return requests
    .map((request) => ({
      ...request,
      inputs: inputsOf.get(`${request.type} ${request.name}`)!,
    }))
    .sort((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1));
}

/** The id that the mocks give to the resource of that logical name. */
export function mockId(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 900_001, 7) + 1000;
}

/**
 * The registration of that logical name, components aside.
 *
 * @throws Error if there is none.
 */
export function named(registrations: Registration[], name: string): Registration {
  const found = registrations.find((one) => one.name === name && !one.type.startsWith("webstack:"));
  if (!found) {
    throw new Error(`no resource ${name} among ${registrations.map((one) => one.name).join(", ")}`);
  }
  return found;
}

/** Resolves with the value of `output`; never settles if the value stays unknown. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => pulumi.output(output).apply((value) => resolve(value as T)));
}

/** The value inside a secret's marker object; fails if `input` is in clear. */
export function secretValue(input: unknown): unknown {
  if (!isSecret(input)) throw new Error(`expected a secret, got ${JSON.stringify(input)}`);
  return input.value;
}

/** True for the marker object that stands for a secret. Its key is fixed by Pulumi's wire format. */
export function isSecret(input: unknown): input is { value: unknown } {
  return (
    typeof input === "object" &&
    input !== null &&
    (input as Record<string, unknown>)["4dabf18193072939515e22adb298388d"] ===
      "1b47061264138c4ac30d75fd1eb44270"
  );
}

/** All texts in `value` that stand outside of secrets. */
export function clearTexts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || isSecret(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...clearTexts(member)]);
}
