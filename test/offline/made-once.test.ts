import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Values } from "../../plugin/values";
import { PluginProcess, without, type Recorded } from "../plugin/plugin-process";

/** Marks of the engine's protocol: pulumi/sdk `go/common/resource/plugin/rpc.go`. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const plugins: Record<string, PluginProcess> = {};
beforeAll(async () => {
  for (const name of ["random", "tls"])
    plugins[name] = await PluginProcess.start(`offline/${name}`);
}, 60_000);
afterAll(() => Object.values(plugins).forEach((plugin) => plugin.stop()));

const keyPem = async () => {
  const inputs = { algorithm: "ECDSA", ecdsaCurve: "P256" };
  const { outputs } = await plugins.tls!.create("tls:index/privateKey:PrivateKey", inputs);
  return (outputs.privateKeyPem as { value: string }).value;
};
const names = { subject: { commonName: "db-1" }, dnsNames: ["db-1"], ipAddresses: ["10.0.4.10"] };
const use = { allowedUses: ["digital_signature", "server_auth"], validityPeriodHours: 1_000 };

async function authority(): Promise<Values> {
  const caPrivateKeyPem = await keyPem();
  const request = { ...names, privateKeyPem: caPrivateKeyPem };
  const made = await plugins.tls!.create("tls:index/selfSignedCert:SelfSignedCert", {
    ...{ ...request, ...use, isCaCertificate: true },
  });
  const asked = await plugins.tls!.create("tls:index/certRequest:CertRequest", request);
  const { certRequestPem } = asked.outputs;
  return { caPrivateKeyPem, caCertPem: made.outputs.certPem, certRequestPem };
}

/** Inputs of each type that the program uses, as it gives them. */
const programs: Record<string, () => Promise<Values>> = {
  "random:index/randomPassword:RandomPassword": async () => ({ length: 32, special: false }),
  "random:index/randomUuid:RandomUuid": async () => ({}),
  "tls:index/privateKey:PrivateKey": async () => ({ algorithm: "ED25519" }),
  "tls:index/selfSignedCert:SelfSignedCert": async () => ({
    ...{ ...names, ...use, privateKeyPem: await keyPem() },
  }),
  "tls:index/certRequest:CertRequest": async () => ({ ...names, privateKeyPem: await keyPem() }),
  "tls:index/locallySignedCert:LocallySignedCert": async () => ({
    ...{ ...use, ...(await authority()) },
  }),
};

/** Schema version in `__meta` of the framework's resources: terraform-provider-random and -tls. */
const meta: Record<string, string> = {
  "random:index/randomPassword:RandomPassword": '{"schema_version":"3"}',
  "tls:index/privateKey:PrivateKey": '{"schema_version":"1"}',
};

/** The resource as the official plugin records it: with a delta, and defaults of the schema. */
function official(made: Recorded): Recorded {
  const version = meta[made.type] === undefined ? {} : { __meta: meta[made.type] };
  const delta = { __pulumi_raw_state_delta: { obj: {} } };
  return { ...made, outputs: { ...made.outputs, ...version, ...delta } };
}

describe.each(Object.keys(programs))("%s", (type) => {
  const plugin = () => plugins[type.split(":")[0]!]!;
  let program: Values;
  let made: Recorded;
  beforeAll(async () => {
    program = await programs[type]!();
    made = await plugin().create(type, program);
  });

  it("has the id among its outputs, and no list of defaults in its inputs", async () => {
    expect(made.outputs.id).toBe(made.id);
    expect((await plugin().update(made, made.inputs)).outputs.id).toBe(made.id);
    expect(made.inputs).not.toHaveProperty("__defaults");
  });

  it("has the schema version of the official provider, which upgrades a state without one", async () => {
    const { __meta: version } = made.outputs;
    expect(version).toBe(meta[type]);
    const old = { ...made, outputs: without("__meta", made.outputs) };
    expect((await plugin().read(old)).outputs.__meta).toBe(version);
    expect((await plugin().update(old, made.inputs)).outputs.__meta).toBe(version);
    expect(await plugin().diff(old, made.inputs)).toEqual([]);
  });

  it("is not imported, because nothing but its state knows it", async () => {
    const unknownOne = { ...made, inputs: {}, outputs: {} };
    await expect(plugin().read(unknownOne)).rejects.toThrow(/import/);
  });

  it("gets its id by a refresh without a change if it was written without one", async () => {
    const outputs = without("id", made.outputs);
    const old = { ...made, inputs: { ...made.inputs, __defaults: [] }, outputs };
    const now = await plugin().read(old);
    expect(now.outputs).toEqual(made.outputs);
    expect(await plugin().diff(old, made.inputs)).toEqual([]);
    expect(await plugin().diff(now, now.inputs)).toEqual([]);
  });

  it("in the official plugin's state is read, planned and deleted without a change", async () => {
    const old = official(made);
    const news = await plugin().check(type, program, old.inputs);
    const now = await plugin().read(old);
    expect(now.outputs).toEqual(without("__pulumi_raw_state_delta", old.outputs));
    expect(now.inputs).toEqual(old.inputs);
    for (const state of [old, now]) expect(await plugin().diff(state, news)).toEqual([]);
    await plugin().delete(now);
  });
});

it("a certificate's early renewal that is taken out of the program is back at its default", async () => {
  const type = "tls:index/selfSignedCert:SelfSignedCert";
  const program = await programs[type]!();
  const early = await plugins.tls!.create(type, { ...program, earlyRenewalHours: 24 });
  expect(early.outputs.earlyRenewalHours).toBe(24);
  const news = await plugins.tls!.check(type, program, early.inputs);
  expect(await plugins.tls!.diff(early, news)).toEqual(["earlyRenewalHours"]);
  const after = await plugins.tls!.update(early, news);
  expect(after.outputs).toEqual({ ...early.outputs, earlyRenewalHours: 0 });
  expect(await plugins.tls!.diff(after, news)).toEqual([]);
});

describe.each([
  ["tls:index/selfSignedCert:SelfSignedCert", "privateKeyPem"],
  ["tls:index/certRequest:CertRequest", "privateKeyPem"],
  ["tls:index/locallySignedCert:LocallySignedCert", "caPrivateKeyPem"],
])("the key of %s", (type, key) => {
  it("is secret among inputs and outputs, known or not, whatever the program said", async () => {
    const program = await programs[type]!();
    expect((await plugins.tls!.check(type, program))[key]).toEqual(secret(program[key]));
    const planned = await plugins.tls!.create(type, { ...program, [key]: unknown }, true);
    expect(planned.inputs[key]).toEqual(secret(unknown));
    expect(planned.outputs[key]).toEqual(secret(unknown));
    expect(planned.outputs.id).toBe(unknown);
  });
});
