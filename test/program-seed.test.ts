import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../program";
import { ownCertificate } from "./support/own-certificate";
import { named, record, type Registration, secretValue } from "./support/record";
import { stackConfig } from "./support/stack-config";

describe("a stack that goes from its own certificate to an authority's", () => {
  let all: Registration[];

  beforeAll(async () => {
    const config = {
      ...stackConfig("dev"),
      "webstack:domains": JSON.stringify(["www.example.com"]),
      "webstack:loadBalancers": JSON.stringify({ tls: ownCertificate }),
      "webstack:tls": JSON.stringify({ mode: "acme" }),
    };
    const secretKeys = ["hcloud:token", "webstack:loadBalancers"];
    all = await record(() => program(), { stack: "dev", config, secretKeys });
  });

  it("brings its own certificate to the client, and the placeholder to HAProxy's own file", () => {
    const [begin] = ownCertificate.privateKey.split("\n").slice(1);
    for (const node of ["lb-1", "lb-2"]) {
      const { inputs } = named(all, `${node}-configuration`);
      const secrets = secretValue(inputs.secrets) as Record<string, string>;
      expect(secrets["/etc/webstack/acme/seed.pem"]).toContain(begin);
      expect(secrets["/etc/haproxy/certs/edge.pem"]).not.toContain(begin);
      expect(JSON.stringify(inputs.files)).not.toContain(begin);
    }
  });
});
