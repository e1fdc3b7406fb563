import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../program";
import { userDataOf } from "./support/first-boot";
import { named, record, type Registration } from "./support/record";
import { stackConfig } from "./support/stack-config";

let before: Registration[];
let after: Registration[];
beforeAll(async () => {
  const [stack, config] = ["dev", stackConfig("dev")];
  const admin = JSON.parse(config["webstack:admin"]!) as object;
  before = await record(() => void program(), { stack, config });
  const edited = { ...config, "webstack:admin": JSON.stringify({ ...admin, user: "alice" }) };
  after = await record(() => void program(), { stack, config: edited });
});

const configurations = (all: Registration[]) =>
  all.filter(({ type }) => type === "host:index:Configuration");
const filesOf = (one: Registration) => one.inputs.files as Record<string, string>;

describe("another login name", () => {
  it("makes no resource and loses none", () => {
    const names = (all: Registration[]) => all.map(({ type, name }) => `${type} ${name}`).sort();
    expect(names(after)).toEqual(names(before));
  });

  it("changes who can log in on each node, and no other file, MySQL's among them", () => {
    const keys = (user: string) => `/etc/ssh/authorized_keys.d/${user}`;
    for (const one of configurations(after)) {
      const [is, was] = [filesOf(one), filesOf(named(before, one.name))];
      const paths = [...new Set([...Object.keys(is), ...Object.keys(was)])];
      const changed = paths.filter((path) => is[path] !== was[path]).sort();
      expect(changed, one.name).toEqual([
        ...[keys("alice"), keys("webstack"), "/etc/ssh/sshd_config.d/10-webstack.conf"],
      ]);
      expect(one.inputs.connection).toMatchObject({ value: { user: "alice" } });
    }
  });

  it("is the one that new servers are made with", () => {
    for (const { name } of configurations(after)) {
      const userData = userDataOf(named(after, name.replace("configuration", "vm")));
      expect(userData, name).toMatch(/^ {2}- name: alice$/m);
    }
  });

  it("ends on all nodes with the configuration of the last one", () => {
    const listed = configurations(after).filter(({ inputs }) => inputs.everyHost !== undefined);
    expect(listed.map(({ name }) => name)).toEqual(["lb-2-configuration"]);
    const hosts = listed[0]!.inputs.everyHost as { node: string; bastions: string[] }[];
    expect(hosts.map(({ node, bastions }) => `${node} ${bastions.length}`)).toEqual([
      ...["lb-1 0", "lb-2 0", "web-1 2", "web-2 2", "app-1 2", "app-2 2"],
      ...["db-1 2", "db-2 2", "db-3 2"],
    ]);
  });
});
