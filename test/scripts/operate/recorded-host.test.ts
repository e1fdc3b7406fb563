import { utils } from "ssh2";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { program } from "../../../program";
import type { Inputs } from "../../../provider/inputs";
import { recordedIn, userDataOf } from "../../../scripts/operate/recorded-host";
import { goodInputs, madeKey } from "../../provider/inputs";
import { writtenFiles } from "../../support/first-boot";
import { named, record, type Registration } from "../../support/record";
import { stackConfig } from "../../support/stack-config";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const { privateKey, publicKey } = madeKey();
const connection = {
  ...{ host: "10.0.2.11", user: "webstack", privateKey, bastions: [] },
  firstContactKey: "once",
};
const converge = { "/usr/local/lib/webstack/converge.js": "program" };

function recorded(overrides: Partial<Inputs> = {}): Inputs {
  const inputs = goodInputs({ connection }) as unknown as Inputs;
  return { ...inputs, files: { ...inputs.files, ...converge }, ...overrides };
}

describe("the recorded configuration of a node", () => {
  const type = "host:index:Configuration";
  const closed = { ...recorded(), connection: { ...connection, privateKey: secret(privateKey) } };
  const resources = [
    { type: "pulumi:pulumi:Stack" },
    { type, inputs: { node: "web-2" } },
    { type, inputs: { ...closed, secrets: secret({ "/etc/secret.env": secret("inner") }) } },
  ];

  it("is found in an export, its secrets opened, also one within another", () => {
    const found = recordedIn({ deployment: { resources } }, "web-1");
    expect(found.connection).toEqual(connection);
    expect(found.secrets).toEqual({ "/etc/secret.env": "inner" });
    expect(found.services).toEqual(goodInputs().services);
  });

  it("is missing in the state of a stack that was never up", () => {
    expect(() => recordedIn({ deployment: {} }, "web-1")).toThrow("no configuration of web-1");
  });
});

describe("user data from it", () => {
  it("lets the present deploy key in and brings the key of the first contact", () => {
    const document = userDataOf(recorded());
    const { users } = parse(document) as { users: { ssh_authorized_keys: string[] }[] };
    expect(users[0]!.ssh_authorized_keys).toEqual([publicKey]);
    expect(writtenFiles(document)["/var/lib/webstack/first-contact"]).toBe("once\n");
  });

  it("holds no secret, and nothing that a refresh recorded about the host", () => {
    const services = recorded().services.map((one) => ({ ...one, onHost: "failed" }));
    const document = userDataOf(recorded({ services }));
    const all = Object.values(writtenFiles(document)).join();
    expect(all).toContain("nginx.service");
    expect(all).not.toMatch(/correct horse|onHost|PRIVATE KEY/);
  });

  it("is refused for a state without a key of the first contact", () => {
    const earlier = { ...connection, firstContactKey: undefined };
    expect(() => userDataOf(recorded({ connection: earlier as never }))).toThrow("run up first");
  });

  it("is refused without the program that sets the host up", () => {
    expect(() => userDataOf(recorded({ files: {} }))).toThrow("must hold the program converge");
  });
});

describe.each(["dev", "local"])("every node without data of the stack %s", (stack) => {
  let all: Registration[];
  beforeAll(async () => {
    all = await record(() => void program(), { stack, config: stackConfig(stack) });
  });

  it.each(["lb-1", "lb-2", "web-1", "app-1", "app-2"])("%s fits into user data", (name) => {
    const { inputs } = named(all, `${name}-configuration`);
    const document = userDataOf({ ...(inputs as unknown as Inputs), connection });
    expect(Buffer.byteLength(document)).toBeLessThanOrEqual(28 * 1024);
    expect(utils.parseKey(privateKey)).not.toBeInstanceOf(Error);
  });
});
