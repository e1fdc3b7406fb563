/** How one input behaves in plans. */
export interface Property {
  /** Shape of its value. `set`: a list whose order does not count. */
  type: "string" | "int" | "bool" | "map" | "list" | "set" | "object";
  /** `required`; `optional`; `computed`: optional, and filled by the provider when omitted. */
  given: "required" | "optional" | "computed";
  /** Whether a change replaces the resource. */
  replaces?: true;
  /** Value that counts as given when the input is absent; shows in outputs only. */
  default?: unknown;
  /** The only values, for texts. */
  oneOf?: readonly string[];
  /**
   * Whether it counts only where inputs give it, or gave it before: otherwise it is neither
   * compared, changed nor read back. An empty list counts as not given.
   */
  onlyWhenGiven?: true;
  /** Why a given value is refused; `undefined` = it is fine. */
  refuse?: (value: unknown, path: string) => string | undefined;
  /** Form in which two values are compared; by default the value itself. */
  comparable?: (value: unknown) => unknown;
  /** Members of an object, or of each entry of a list of objects. */
  members?: Readonly<Record<string, Property>>;
}

/** How one resource type behaves in plans. */
export interface Table {
  /**
   * Half of the official provider that it lives in: Terraform SDK v2 or plugin framework. `sdk`
   * takes empty values for absent ones, and deletes before it replaces what has an explicit name.
   */
  half: "sdk" | "framework";
  /** Whether a name is made from the one in the program when none is given. */
  autoNamed?: true;
  /** Inputs. */
  properties: Readonly<Record<string, Property>>;
  /** Outputs besides the inputs, unknown until the resource exists. */
  outputs: readonly string[];
  /**
   * Version of the upstream schema that the outputs have. The official plugin takes a state of another
   * version, or without one, for an older one and converts it. Sources: `parseMeta` in
   * pulumi-terraform-bridge `pkg/pf/tfbridge/resource_state.go`; `Version` of the upstream schemas. @default 0
   */
  schemaVersion?: number;
  /** Outputs that every update makes unknown again, unless the program sets them. */
  unknownOnUpdate?: readonly string[];
  /**
   * Inputs and outputs that are secrets, whether or not the program says so and even while they are
   * not known. Sources: `additionalSecretOutputs` and `pulumi.secret` in the SDK's resource classes;
   * `MarkSchemaSecrets` in pulumi-terraform-bridge `pkg/pf/tfbridge/provider_check.go`.
   */
  secrets?: readonly string[];
}

/** @returns the property, replacing on change. */
export function replaced(property: Property): Property {
  return { ...property, replaces: true };
}

/** A property that must be given. */
export function required(type: Property["type"], more: Partial<Property> = {}): Property {
  return { type, given: "required", ...more };
}

/** A property that may be given. */
export function optional(type: Property["type"], more: Partial<Property> = {}): Property {
  return { type, given: "optional", ...more };
}

/** A property that may be given, and is filled by the provider otherwise. */
export function computed(type: Property["type"], more: Partial<Property> = {}): Property {
  return { type, given: "computed", ...more };
}
