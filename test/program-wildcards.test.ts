import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../program";
import { named, record, type Registration } from "./support/record";
import { stackConfig } from "./support/stack-config";

describe("a stack with a wildcard among its domains", () => {
  let all: Registration[];

  beforeAll(async () => {
    const config = {
      ...stackConfig("dev"),
      "webstack:domains": JSON.stringify(["www.example.com", "*.example.com"]),
    };
    all = await record(() => program(), { stack: "dev", config });
  });

  const file = (node: string, path: string) =>
    JSON.parse(
      (named(all, `${node}-configuration`).inputs.files as Record<string, string>)[path]!,
    ) as { domains?: string[]; brokers?: string[]; wildcards?: string[] };

  it("lets the load balancers ask the brokers for the record of that domain, and of no other", () => {
    const { domains, brokers } = file("lb-1", "/etc/webstack/acme.json");
    expect(domains).toEqual(["www.example.com", "*.example.com"]);
    expect(brokers).toHaveLength(2);
    for (const node of ["db-1", "db-2"]) {
      expect(file(node, "/etc/webstack/broker.json").wildcards).toEqual(["*.example.com"]);
    }
  });
});
