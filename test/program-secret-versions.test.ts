import { expect, it } from "vitest";
import { program } from "../program";
import { named, record } from "./support/record";
import { stackConfig } from "./support/stack-config";

it("takes new passwords to the databases before the app", async () => {
  const [stack, config] = ["dev", stackConfig("dev")];
  const all = await record(() => void program(), { stack, config });
  const bumped = (key: string, part: object) => {
    const present = JSON.parse(config[`webstack:${key}`] ?? "{}") as object;
    return { [`webstack:${key}`]: JSON.stringify({ ...present, ...part }) };
  };
  const again = await record(() => void program(), {
    stack,
    config: {
      ...config,
      ...bumped("db", { passwordVersion: 2 }),
      ...bumped("app", { sessionSecretVersion: 2 }),
    },
  });
  const kinds = (list: typeof again) => list.map(({ type, name }) => `${type} ${name}`);
  const added = kinds(again).filter((one) => !kinds(all).includes(one));
  expect(added.map((one) => one.split(" ")[1]).sort()).toEqual([
    ...["app-session-secret-3", "db-password-app-2", "db-password-replication-2"],
  ]);
  expect(kinds(all).filter((one) => !kinds(again).includes(one))).toEqual([]);
  expect(named(again, "app-1-configuration").dependsOn.join()).toContain("::db-3-configuration");
});
