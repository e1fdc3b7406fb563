/** Values of a resource as the engine says them. */
export type Values = Record<string, unknown>;

/** Marks an object that stands for a value of another kind. Source: Pulumi sdk/go/common/resource, `SigKey`. */
const mark = "4dabf18193072939515e22adb298388d";
/** The mark of a secret. Source: as above, `SecretSig`. */
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
/** Texts that stand for a value that is not known yet, by kind. Source: Pulumi sdk/go/common/resource/plugin. */
const unknownTexts = new RegExp(
  [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ].join("|"),
);

/** What is shown of a secret. */
export const secretText = "[secret]";
/** What is shown of a value that comes with the change. */
export const unknownText = "[known later]";

/** True for a map of values that is no secret. */
export function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True if the engine keeps the value for itself. */
export function isSecret(value: unknown): boolean {
  return value === secretText || (isMap(value) && value[mark] === secretMark);
}

/** True if a text is known after the change alone. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknownTexts.test(value);
}

/** The value of a map; undefined if it is none, or is secret. */
export function mapOf(value: unknown): Values {
  return isMap(value) && !isSecret(value) ? value : {};
}

/** A value in a few words; never a secret one, also deep inside. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string" && !isSecret(value) && !isUnknown(value)) return value;
  return JSON.stringify(masked(value)).replaceAll(/"(\[(?:secret|known later)\])"/g, "$1");
}

/** The value with each secret and each unknown one replaced by a word. */
export function masked(value: unknown): unknown {
  if (isSecret(value)) return secretText;
  if (isUnknown(value)) return unknownText;
  if (Array.isArray(value)) return value.map(masked);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one)]));
}
