import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { Rollout, type RolloutArgs } from "../../components/rollout";
import { WebTier } from "../../components/web-tier";
import {
  clearTexts,
  mockId,
  named,
  record,
  type Registration,
  secretValue,
} from "../support/record";
import { release, webTierArgs } from "../support/tier-args";

const mark = "SECRET";
const access = {
  ...{ user: "webstack", privateKey: `${mark} key`, bastions: ["203.0.113.11"] },
  firstContactKey: (node: string) => `${mark} first contact of ${node}`,
};

async function build(
  overrides: Partial<RolloutArgs> = {},
  secrets: Record<string, pulumi.Input<string>> = { "/etc/secret": `${mark} file` },
) {
  const all = await record(() => {
    const tier = new WebTier("web", webTierArgs());
    const hosts = tier.hosts.map((host) => ({ ...host, secrets }));
    new Rollout("web", { hosts, access, after: [], ...overrides });
  });
  return all.filter(({ type }) => /:(Rollout|Configuration)$/.test(type));
}

/** Logical names of what a configuration waits for. */
const waitsFor = (urns: string[]) => urns.map((urn) => urn.split("::").at(-1)).sort();

/** How a host is reached; a secret as a whole, for mocks see no finer than a property. */
const connectionOf = ({ inputs }: Registration) => secretValue(inputs.connection);

describe("Rollout", () => {
  it("creates one configuration for each host", async () => {
    const children = await build();
    expect(children.map(({ type, name, parent }) => [type, name, parent])).toEqual([
      ["webstack:index:Rollout", "web", undefined],
      ["host:index:Configuration", "web-1-configuration", "web"],
      ["host:index:Configuration", "web-2-configuration", "web"],
    ]);
  });

  it("starts with the first host and takes each next one when the last is done", async () => {
    const children = await build();
    expect(waitsFor(named(children, "web-1-configuration").dependsOn)).not.toContain(
      "web-2-configuration",
    );
    expect(waitsFor(named(children, "web-2-configuration").dependsOn)).toEqual(
      expect.arrayContaining(["web-1-configuration", "web-2-nic", "web-2-vm"]),
    );
  });

  it("configures a host anew if its server is another one", async () => {
    const children = await build();
    const { replacementTrigger } = named(children, "web-2-configuration");
    expect(replacementTrigger).toBe(mockId("web-2-vm"));
  });

  it("reaches a host at its private address through the bastions", async () => {
    const children = await build();
    expect(connectionOf(named(children, "web-2-configuration"))).toMatchObject({
      host: "10.0.2.12",
      user: "webstack",
      bastions: ["203.0.113.11"],
    });
  });

  it("tells each host all hosts of its tier, in order", async () => {
    const children = await build();
    const tier = [
      { node: "web-1", host: "10.0.2.11" },
      { node: "web-2", host: "10.0.2.12" },
    ];
    expect(named(children, "web-1-configuration").inputs.tier).toEqual(tier);
    expect(named(children, "web-2-configuration").inputs.tier).toEqual(tier);
  });

  it("reaches a host at its public address if there is no bastion", async () => {
    const { user, privateKey, firstContactKey } = access;
    const direct = { user, privateKey, firstContactKey };
    const children = await build({ access: direct });
    expect(connectionOf(named(children, "web-2-configuration"))).toMatchObject({
      host: "203.0.113.32",
      bastions: [],
    });
  });

  it("hands over the whole state of the host", async () => {
    const children = await build({ archive: "/archives/release.tar.gz" });
    const { inputs } = named(children, "web-1-configuration");
    expect(inputs).toMatchObject({
      node: "web-1",
      role: "web",
      packages: expect.arrayContaining(["nginx"]),
      release: { ...release, archive: "/archives/release.tar.gz" },
    });
    const { files, attributes } = inputs as Record<string, Record<string, string>>;
    expect(files!["/etc/haproxy/haproxy.cfg"]).toContain("10.0.3.11:3000");
    expect(attributes!["/etc/nginx/nginx.conf"]).toBe("root:root 0644");
  });

  it("keeps the key and all secret files secret", async () => {
    const children = await build();
    const configuration = named(children, "web-1-configuration");
    expect(connectionOf(configuration)).toMatchObject({ privateKey: `${mark} key` });
    expect(secretValue(configuration.inputs.secrets)).toEqual({ "/etc/secret": `${mark} file` });
    expect(children.flatMap(({ inputs }) => clearTexts(inputs)).join()).not.toContain(mark);
  });

  it("lets the preview know the other secret files if one is not known yet", async () => {
    const later = pulumi.secret(pulumi.unknown as string);
    const children = await build({}, { "/etc/secret": `${mark} file`, "/etc/later": later });
    const { secrets } = named(children, "web-1-configuration").inputs;
    const expected = { "/etc/secret": `${mark} file`, "/etc/later": undefined };
    expect(secretValue(secrets)).toEqual(expected);
  });
});
