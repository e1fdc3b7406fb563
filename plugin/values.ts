/** Plain values of one resource's inputs or state. */
export type Values = Record<string, unknown>;

/** Stands for a value that is known only after the update. */
export const unknown: unique symbol = Symbol("unknown");

/** Key that gives a map in the engine's protocol a special meaning. Source: pulumi/sdk `go/common/resource`, `SigKey`. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
/** Value of that key in the map around a secret. Source: as above, `SecretSig`. */
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Texts that stand for unknown values, by type: pulumi/sdk `go/common/resource/plugin/rpc.go`. */
export const unknownTexts = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const [unknownText] = unknownTexts;

/** True for an object with named members. */
export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True if `value` is, or holds anywhere inside, an unknown. */
export function holdsUnknown(value: unknown): boolean {
  if (value === unknown) return true;
  return isMap(value) || Array.isArray(value) ? Object.values(value).some(holdsUnknown) : false;
}

/** A value of the protocol as a plain one: without marks of secrets, nulls as absent. */
export function decode(value: unknown): unknown {
  if (typeof value === "string") return unknownTexts.has(value) ? unknown : value;
  if (Array.isArray(value)) return value.map(decode);
  if (!isMap(value)) return value ?? undefined;
  if (value[signatureKey] === secretSignature) return decode(value.value);
  return decodeMap(value);
}

/** {@link decode} for a map; absent members are left out. */
export function decodeMap(map: Values): Values {
  const entries = Object.entries(map)
    .map(([key, value]) => [key, decode(value)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

/** A plain value in the protocol's form. */
export function encode(value: unknown): unknown {
  if (value === unknown) return unknownText;
  if (Array.isArray(value)) return value.map(encode);
  return isMap(value) ? encodeMap(value) : (value ?? null);
}

/**
 * {@link encode} for a map whose members named in `secrets` are marked as secrets: paths such as
 * `privateKeyPem`, `connection.privateKey` or `secrets.*`, where `*` is every member.
 */
export function encodeMap(map: Values, secrets: readonly string[] = []): Values {
  const entries = Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, encodeMember(value, pathsInside(secrets, key))]);
  return Object.fromEntries(entries);
}

/** What is left of the paths that lead to the member `key`; empty = the member itself. */
function pathsInside(paths: readonly string[], key: string): string[] {
  return paths.flatMap((path) => {
    const [head, ...rest] = path.split(".");
    return head === key || head === "*" ? [rest.join(".")] : [];
  });
}

function encodeMember(value: unknown, secrets: string[]): unknown {
  if (secrets.includes("")) return { [signatureKey]: secretSignature, value: encode(value) };
  return isMap(value) ? encodeMap(value, secrets) : encode(value);
}
