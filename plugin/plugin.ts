import type { Values } from "./values";

/** Why an input is refused. */
export interface Failure {
  /** Input it is about, in the engine's syntax; empty = the resource as a whole. */
  property: string;
  /** Rule, what was found, and what to do. */
  reason: string;
}

/** The change of one value; the path is in the engine's syntax, such as `labels.tier`. */
export interface PropertyChange {
  path: string;
  kind: "add" | "delete" | "update";
  /** Whether it replaces the resource. @default false */
  replaces?: boolean;
}

/** The effect of an update. */
export interface Difference {
  /** Changed values; empty = nothing to do. */
  changes: PropertyChange[];
  /** Whether a replacement deletes first. */
  deleteBeforeReplace: boolean;
  /** Whether the engine shows the changes between old and new inputs. @default state and inputs */
  isOfInputs?: boolean;
}

/** A resource that was created or read. */
export interface CreatedResource {
  id: string;
  /** Outputs, with `unknown` where a preview cannot know. */
  state: Values;
}

/** Of which resource a request is. */
export interface Subject {
  urn: string;
  /** Token such as `tls:index/privateKey:PrivateKey`. */
  type: string;
  /** Name in the program. */
  name: string;
}

/** Request of `check`. */
export interface CheckRequest extends Subject {
  /** Recorded inputs; empty for a new resource. */
  olds: Values;
  news: Values;
}

/** Request of `diff` and `update`. */
export interface ChangeRequest extends Subject {
  id: string;
  /** Recorded outputs. */
  state: Values;
  /** Recorded inputs. */
  oldInputs: Values;
  inputs: Values;
}

/** Request of `create`. */
export interface CreateRequest extends Subject {
  inputs: Values;
  preview: boolean;
}

/** Request of `read`; state and inputs are empty for an import. */
export interface ReadRequest extends Subject {
  id: string;
  state: Values;
  inputs: Values;
}

/** Request of `delete`. */
export interface DeleteRequest extends Subject {
  id: string;
  /** Recorded outputs. */
  state: Values;
}

/** A provider plugin as the protocol drives it: all values are plain. */
export interface Plugin {
  /** Version without `v`, such as `1.41.0`. */
  version: string;
  /** Schema of its resources as JSON. @default "{}" */
  schema?: string;
  /** Whether creations and updates are asked in previews too. */
  previews: boolean;
  /** @throws Error if the provider's settings are not acceptable. */
  configure?(settings: Values): void;
  check(request: CheckRequest): { inputs: Values; failures: Failure[] };
  diff(request: ChangeRequest): Difference;
  create(request: CreateRequest): Promise<CreatedResource>;
  /** `undefined` = it is gone. */
  read(request: ReadRequest): Promise<(CreatedResource & { inputs: Values }) | undefined>;
  /** Answers the outputs. */
  update(request: ChangeRequest & { preview: boolean }): Promise<Values>;
  delete(request: DeleteRequest): Promise<void>;
  /** Paths of inputs and outputs that are secrets, in the form of `encodeMap`. */
  secrets(type: string): readonly string[];
  /** Ends what is under way as soon as possible. */
  cancel?(): void;
}

/** Dispatches by type: some types have a provider of their own, all others share one. */
export class ByType implements Plugin {
  readonly version: string;
  readonly schema: string | undefined;
  readonly previews: boolean;

  /**
   * @param rest provider for all other types.
   * @param own providers by type token.
   */
  constructor(
    private readonly rest: Plugin,
    private readonly own: Readonly<Record<string, Plugin>>,
  ) {
    this.version = rest.version;
    this.schema = rest.schema;
    this.previews = rest.previews;
  }

  check = (request: CheckRequest) => this.of(request.type).check(request);
  diff = (request: ChangeRequest) => this.of(request.type).diff(request);
  create = (request: CreateRequest) => this.of(request.type).create(request);
  read = (request: ReadRequest) => this.of(request.type).read(request);
  update = (request: ChangeRequest & { preview: boolean }) => this.of(request.type).update(request);
  delete = (request: DeleteRequest) => this.of(request.type).delete(request);
  secrets = (type: string) => this.of(type).secrets(type);

  cancel = () => {
    for (const one of [this.rest, ...Object.values(this.own)]) one.cancel?.();
  };

  private of(type: string): Plugin {
    return this.own[type] ?? this.rest;
  }
}
