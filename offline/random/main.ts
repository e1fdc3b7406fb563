import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { hashSync } from "bcryptjs";
import { serve } from "../../plugin/protocol";
import { ownState } from "../stand-in/bookkeeping";
import { tableStandIn, type Operations, type Rules } from "../stand-in/table-stand-in";
import type { Values } from "../../plugin/values";
import { pluginVersion } from "../engine/versions";
import { tables } from "./table";
import { randomText, type TextOptions } from "./text";

/** Longest text that bcrypt looks at, and the cost of the official plugin. */
const bcryptBytes = 72;
const bcryptCost = 10;

/** `number` is the old name of `numeric`; whichever is given counts for both. */
function withNumeric(inputs: Values): Values {
  const numeric = inputs.numeric ?? inputs.number ?? true;
  return { ...inputs, numeric, number: numeric };
}

function bcrypted(text: string): string {
  const start = Buffer.from(text).subarray(0, bcryptBytes).toString();
  // Go writes the same algorithm under its older name.
  return hashSync(start, bcryptCost).replace("$2b$", () => "$2a$");
}

type Made = { id: string; outs: Values };

const makers: Record<string, (inputs: Values) => Made> = {
  "random:index/randomPassword:RandomPassword": (inputs) => {
    const outs = withNumeric(inputs);
    const result = randomText(outs as unknown as TextOptions);
    return { id: "none", outs: { ...outs, result, bcryptHash: bcrypted(result) } };
  },
  "random:index/randomString:RandomString": (inputs) => {
    const outs = withNumeric(inputs);
    const result = randomText(outs as unknown as TextOptions);
    return { id: result, outs: { ...outs, result } };
  },
  "random:index/randomUuid:RandomUuid": (inputs) => {
    const result = randomUUID();
    return { id: result, outs: { ...inputs, result } };
  },
  "random:index/randomId:RandomId": (inputs) => {
    const bytes = randomBytes(inputs.byteLength as number);
    const prefix = (inputs.prefix as string | undefined) ?? "";
    const id = bytes.toString("base64url");
    const forms = {
      b64Url: prefix + id,
      b64Std: prefix + bytes.toString("base64"),
      hex: prefix + bytes.toString("hex"),
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
    };
    return { id, outs: { ...inputs, ...forms } };
  },
  "random:index/randomBytes:RandomBytes": (inputs) => {
    const bytes = randomBytes(inputs.length as number);
    const forms = { base64: bytes.toString("base64"), hex: bytes.toString("hex") };
    return { id: "none", outs: { ...inputs, ...forms } };
  },
  "random:index/randomInteger:RandomInteger": (inputs) => {
    const result = randomInt(inputs.min as number, (inputs.max as number) + 1);
    return { id: String(result), outs: { ...inputs, result } };
  },
};

/** A given `numeric` or `number` is compared with what the state has for both. */
const text: Rules = {
  complete: (inputs) =>
    inputs.numeric === undefined && inputs.number === undefined ? inputs : withNumeric(inputs),
};

const operations = (type: string): Operations => ({
  create: async (inputs) => makers[type]!(inputs),
  read: async (_id, state) => ownState(state),
  update: async (_id, state, inputs) => ({ ...state, ...inputs }),
  delete: async () => undefined,
});

serve(
  tableStandIn({
    name: "random",
    version: pluginVersion("random"),
    tables,
    rules: {
      "random:index/randomPassword:RandomPassword": text,
      "random:index/randomString:RandomString": text,
    },
    operations,
  }),
);
