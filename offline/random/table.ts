import { optional, replaced, required, type Property, type Table } from "../stand-in/table";

const keepers = replaced(optional("map"));
const on = replaced(optional("bool", { default: true }));
const none = replaced(optional("int", { default: 0 }));
/** Two names of one switch; completed when made, so absent is on. */
const numeric = replaced(optional("bool", { default: true }));

/** Smallest length; https://www.pulumi.com/registry/packages/random/api-docs/randompassword/ */
const atLeastOne = (value: unknown) =>
  Number(value) >= 1 ? undefined : `must be at least 1, got ${String(value)}`;

const length = replaced(required("int", { refuse: atLeastOne }));

const text: Readonly<Record<string, Property>> = {
  keepers,
  length,
  lower: on,
  upper: on,
  special: on,
  number: numeric,
  numeric,
  minLower: none,
  minUpper: none,
  minNumeric: none,
  minSpecial: none,
  overrideSpecial: replaced(optional("string")),
};

/** Inputs of every type: a value is random once, so any change makes a new one. */
export const tables: Readonly<Record<string, Table>> = {
  "random:index/randomPassword:RandomPassword": {
    half: "framework",
    schemaVersion: 3,
    properties: text,
    outputs: ["result", "bcryptHash"],
    secrets: ["result", "bcryptHash"],
  },
  "random:index/randomString:RandomString": {
    half: "framework",
    schemaVersion: 2,
    properties: text,
    outputs: ["result"],
  },
  "random:index/randomUuid:RandomUuid": {
    half: "framework",
    properties: { keepers },
    outputs: ["result"],
  },
  "random:index/randomId:RandomId": {
    half: "framework",
    properties: { keepers, byteLength: length, prefix: replaced(optional("string")) },
    outputs: ["b64Std", "b64Url", "dec", "hex"],
  },
  "random:index/randomBytes:RandomBytes": {
    half: "framework",
    properties: { keepers, length },
    outputs: ["base64", "hex"],
    secrets: ["base64", "hex"],
  },
  "random:index/randomInteger:RandomInteger": {
    half: "framework",
    properties: { keepers, min: replaced(required("int")), max: replaced(required("int")) },
    outputs: ["result"],
  },
};
