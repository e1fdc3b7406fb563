import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { hashSync } from "bcryptjs";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { isDeepStrictEqual } from "node:util";
import { pluginVersion } from "../plugins";

type Values = Record<string, unknown>;

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
const special = "!@#$%&*()-_=+[]{}<>:?";

/** Defaults of RandomPassword and RandomString. Source: registry docs of the random provider. */
const textDefaults = {
  lower: true,
  upper: true,
  number: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

function pick(alphabet: string, count: number): string[] {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]!);
}

function shuffled(list: string[]): string {
  for (let i = list.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list.join("");
}

function randomText(inputs: Values): string {
  const wanted = { ...textDefaults, ...inputs } as typeof textDefaults & { length: number };
  const signs = (inputs.overrideSpecial as string | undefined) ?? special;
  const numeric = wanted.numeric && wanted.number;
  const alphabet = [
    wanted.lower ? lower : "",
    wanted.upper ? upper : "",
    numeric ? digits : "",
    wanted.special ? signs : "",
  ].join("");
  const least = [
    ...pick(lower, wanted.minLower),
    ...pick(upper, wanted.minUpper),
    ...pick(digits, wanted.minNumeric),
    ...pick(signs, wanted.minSpecial),
  ];
  return shuffled([...least, ...pick(alphabet, wanted.length - least.length)]);
}

function create(type: string, inputs: Values): { id: string; outs: Values } {
  switch (type) {
    case "random:index/randomPassword:RandomPassword": {
      const result = randomText(inputs);
      const bcryptHash = hashSync(result.slice(0, 72), 10);
      return { id: "none", outs: { ...textDefaults, ...inputs, result, bcryptHash } };
    }
    case "random:index/randomString:RandomString": {
      const result = randomText(inputs);
      return { id: result, outs: { ...textDefaults, ...inputs, result } };
    }
    case "random:index/randomUuid:RandomUuid": {
      const result = randomUUID();
      return { id: result, outs: { ...inputs, result } };
    }
    case "random:index/randomId:RandomId": {
      const bytes = randomBytes(inputs.byteLength as number);
      const prefix = (inputs.prefix as string | undefined) ?? "";
      const b64Url = bytes.toString("base64url");
      const hex = prefix + bytes.toString("hex");
      const dec = prefix + BigInt(`0x${bytes.toString("hex")}`).toString();
      const b64Std = prefix + bytes.toString("base64");
      return { id: b64Url, outs: { ...inputs, b64Url: prefix + b64Url, b64Std, hex, dec } };
    }
    default:
      throw new Error(`the stand-in for the random plugin does not know ${type}`);
  }
}

function typeOf(urn: string): string {
  return urn.split("::")[2]!.split("$").at(-1)!;
}

const provider: Provider = {
  version: pluginVersion("random"),
  check: async (_urn, _olds, news: Values) => ({ inputs: news, failures: [] }),
  /** Every input replaces: a value is random once. */
  diff: async (_id, _urn, olds: Values, news: Values) => {
    const replaces = Object.keys(news).filter((key) => !isDeepStrictEqual(olds[key], news[key]));
    return { changes: replaces.length > 0, replaces };
  },
  create: async (urn, inputs: Values) => create(typeOf(urn), inputs),
  read: async (id, _urn, props: Values) => ({ id, props }),
  update: async (_id, _urn, olds: Values, news: Values) => ({ outs: { ...olds, ...news } }),
  delete: async () => undefined,
};

void main(provider, process.argv.slice(2));
