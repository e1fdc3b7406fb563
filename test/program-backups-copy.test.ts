import { recipientExample } from "../config/age-keys";
import { expect, it } from "vitest";
import { program } from "../program";
import { record } from "./support/record";
import { stackConfig } from "./support/stack-config";

const bucket = (name: string) => ({
  endpoint: `https://${name}.example.com`,
  bucket: name,
  region: "x",
  accessKeyId: `${name}-key`,
  secretAccessKey: `${name}-secret-0123456789`,
});

it("a copy of the backups changes no resource: no host gets to know it", async () => {
  const [stack, config] = ["dev", stackConfig("dev")];
  const recorded = async (copy: object) => {
    const backups = { target: bucket("first"), ...copy, publicKey: recipientExample };
    const settings = { ...config, "webstack:backups": JSON.stringify(backups) };
    const secretKeys = ["webstack:backups"];
    return record(() => void program(), { stack, config: settings, secretKeys });
  };
  const without = await recorded({});
  const all = await recorded({ copy: bucket("second") });
  expect(all).toEqual(without);
  expect(JSON.stringify(all)).toContain("first-secret");
  expect(JSON.stringify(all)).not.toMatch(/second[.-]/);
}, 60_000);
