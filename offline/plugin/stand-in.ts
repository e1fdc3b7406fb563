import type { Values } from "./values";

/** Why an input is refused. */
export interface Failure {
  /** Input it is about; empty = the resource as a whole. */
  property: string;
  reason: string;
}

/** What happens to one value; the path is in the engine's syntax, such as `labels.tier`. */
export interface PropertyChange {
  path: string;
  kind: "add" | "delete" | "update";
  replaces: boolean;
}

/** What an update would do. */
export interface Difference {
  /** Changed values; empty = nothing to do. */
  changes: PropertyChange[];
  /** Whether a replacement deletes first. */
  deleteBeforeReplace: boolean;
}

/** A resource in the cloud. */
export interface Made {
  id: string;
  /** Outputs, with {@link unknown} where a preview cannot know. */
  state: Values;
}

/** What `check` is asked. */
export interface CheckRequest {
  type: string;
  /** Name in the program. */
  name: string;
  /** Recorded inputs; empty for a new resource. */
  olds: Values;
  news: Values;
}

/** What `diff` and `update` are asked. */
export interface ChangeRequest {
  type: string;
  id: string;
  /** Recorded outputs. */
  state: Values;
  /** Recorded inputs. */
  oldInputs: Values;
  inputs: Values;
}

/** A provider plugin as the protocol layer drives it. Types are tokens such as `tls:index/privateKey:PrivateKey`. */
export interface StandIn {
  /** Version without `v`, such as `1.41.0`. */
  version: string;
  /** @throws Error if the provider's settings are not acceptable. */
  configure(settings: Values): void;
  check(request: CheckRequest): { inputs: Values; failures: Failure[] };
  diff(request: ChangeRequest): Difference;
  create(request: { type: string; inputs: Values; preview: boolean }): Promise<Made>;
  /** `undefined` = it is gone. */
  read(request: {
    type: string;
    id: string;
    state: Values;
    inputs: Values;
  }): Promise<(Made & { inputs: Values }) | undefined>;
  update(request: ChangeRequest & { preview: boolean }): Promise<Values>;
  delete(request: { type: string; id: string; state: Values }): Promise<void>;
  /** Inputs and outputs of a type that are secrets. */
  secrets(type: string): readonly string[];
}
