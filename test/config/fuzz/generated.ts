import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { documentedSettings } from "../../../config/setting";
import { settingsSchema } from "../../../config/schema";
import { fakeToken } from "../../support/stack-config";
import { at, mutate, pathsOf, set, type StackFile } from "./mutations";
import { type Random, randomOf } from "./random";
import { jsonOf } from "./strange-values";

/** A stack file as the engine hands it to the program. */
export interface Generated {
  /** Texts by key; structured values as JSON. */
  texts: Record<string, string>;
  /** Keys with an encrypted part. */
  secretKeys: string[];
}

/** Valid stack files. */
export const bases = parse(readFileSync(join(__dirname, "bases.yaml"), "utf8")) as StackFile[];

const secretSettings = documentedSettings(settingsSchema)
  .filter(({ notes }) => notes.secret)
  .map(({ path: [first, ...rest] }) => [`webstack:${first}`, ...rest]);

/** Keys with a secret setting below them. */
export const keysWithSecrets = [...new Set(secretSettings.map(([key]) => key!))];

/** What people have in their clipboard, and store at the wrong place. */
const misplaced = [
  `-----BEGIN PRIVATE KEY-----\nCLASSIFIED${"A".repeat(60)}\n-----END PRIVATE KEY-----\n`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\nCLASSIFIED${"b".repeat(60)}\n-----END OPENSSH PRIVATE KEY-----`,
  `AGE-SECRET-KEY-1CLASSIFIED${"Q".repeat(52)}`,
  ` age-secret-key-1CLASSIFIED${"q".repeat(52)}`,
];

/** The stack file of a number: mostly a valid one with one to six changes. */
export function generated(seed: number): Generated {
  const source = randomOf(seed);
  const file: StackFile = { "hcloud:token": fakeToken, ...clone(source.one(bases)) };
  for (let left = source.int(7); left > 0; left--) mutate(file, source);
  const secretKeys = new Set(keysWithSecrets);
  const kind = source.int(8);
  if (Object.keys(file).length === 0) return { texts: {}, secretKeys: [] };
  if (kind === 0) set(file, source.one(pathsOf(file)), source.one(misplaced));
  if (kind === 1) hideGroup(file, source);
  if (kind === 2) encrypt(file, secretKeys, source);
  return { texts: texts(file), secretKeys: [...secretKeys] };
}

function clone(file: StackFile): StackFile {
  return JSON.parse(JSON.stringify(file)) as StackFile;
}

/** A secret in place of a secret setting or of a group above it, in one of several shapes. */
function hideGroup(file: StackFile, source: Random): void {
  const path = source.one(secretSettings);
  const group = path.slice(0, 1 + source.int(path.length));
  const secret = "CLASSIFIED-in-a-wrong-form";
  const value = source.one<unknown>([secret, [secret], [[secret]], `${secret}\n`, { x: secret }]);
  let here = file as Record<string, unknown>;
  for (const step of group.slice(0, -1)) {
    const below = here[step];
    if (typeof below !== "object" || below === null || Array.isArray(below)) here[step] = {};
    here = here[step] as Record<string, unknown>;
  }
  // `{ x: … }` in place of a group is a name that is no setting; only its name is told.
  here[group.at(-1)!] = value;
}

/** An encrypted value at a setting that has no need of it. */
function encrypt(file: StackFile, secretKeys: Set<string>, source: Random): void {
  const key: string | undefined = source.one(
    Object.keys(file).filter((one) => one.startsWith("webstack:")),
  );
  if (!key || keysWithSecrets.includes(key)) return;
  secretKeys.add(key);
  const inside = pathsOf(file[key]).filter((path) => typeof at(file[key], path) !== "object");
  const path = inside.length > 0 ? source.one(inside) : [];
  set(file, [key, ...path], source.one(["CLASSIFIED value", "CLASSIFIED\nvalue", "CLASSIFIED😀"]));
}

function texts(file: StackFile): Record<string, string> {
  const pairs = Object.entries(file).map(([key, value]): [string, string] => [key, text(value)]);
  return Object.fromEntries(pairs);
}

function text(value: unknown): string {
  return typeof value === "string" && !value.startsWith("@") ? value : jsonOf(value);
}
