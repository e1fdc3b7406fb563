/** Plain values of the resource's inputs or state. */
export type Values = Record<string, unknown>;

/** Key that gives a map in the engine's protocol a special meaning. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Texts for values not known yet, by type. Source: pulumi/sdk `go/common/resource/plugin/rpc.go`. */
const unknownTexts = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** True for a value that is known only after the update. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknownTexts.has(value);
}

/** True if the value is, or holds, one that is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  return isMap(value) || Array.isArray(value) ? Object.values(value).some(hasUnknown) : false;
}

/** True for an object with named members. */
export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of the protocol as a plain one: marks of secrets and absent members left out. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isMap(value)) return value ?? undefined;
  if (value[signatureKey] === secretSignature) return decode(value.value);
  const members = Object.entries(value).map(([key, member]) => [key, decode(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

/** The value, marked as a secret; the engine encrypts it and never shows it. */
function secret(value: unknown): unknown {
  return value === undefined ? undefined : { [signatureKey]: secretSignature, value };
}

function withoutAbsent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/**
 * Inputs or state in the protocol's form. Private key and secret files are secrets even if the
 * program forgot to say so; what else it marked, the engine marks again by itself.
 */
export function encode(values: Values): Values {
  const { connection, secrets } = values;
  return withoutAbsent({
    ...values,
    ...(isMap(connection)
      ? { connection: { ...connection, privateKey: secret(connection.privateKey) } }
      : {}),
    ...(isMap(secrets)
      ? { secrets: Object.fromEntries(Object.entries(secrets).map(([k, v]) => [k, secret(v)])) }
      : {}),
  }) as Values;
}
