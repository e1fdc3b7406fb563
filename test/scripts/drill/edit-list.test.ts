import { recipientExample } from "../../../config/age-keys";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { settingsSchema } from "../../../config/schema";
import { members, notesOf } from "../../../config/setting";
import { program } from "../../../program";
import { type Edit, editList, makeEdit } from "../../../scripts/drill/edit-list";
import type { StackSettings } from "../../../scripts/drill/up";
import { record } from "../../support/record";
import { fakeToken } from "../../support/stack-config";

/** Settings of the local stack with backups, which `up:local` adds. */
function settings(): StackSettings {
  const file = join(__dirname, "..", "..", "..", "Pulumi.local.yaml");
  const { config } = parse(readFileSync(file, "utf8")) as { config: StackSettings };
  const target = {
    ...{ endpoint: "https://fsn1.your-objectstorage.com", bucket: "example-backups" },
    ...{ region: "fsn1", accessKeyId: "example", secretAccessKey: "0".repeat(40) },
  };
  return { ...config, "webstack:backups": { target, publicKey: recipientExample } };
}

/** What the engine would compare of each resource, by name. @throws Error with every problem of the settings. */
async function resources(of: StackSettings): Promise<Map<string, string>> {
  const entries = Object.entries(of).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const config = { "hcloud:token": fakeToken, ...Object.fromEntries(entries) };
  const secretKeys = ["webstack:backups"];
  const all = await record(() => void program(), { stack: "local", config, secretKeys });
  return new Map(
    all.map(({ urn, inputs, ignoreChanges, replacementTrigger }) => {
      const compared = Object.entries(inputs).filter(([key]) => !ignoreChanges.includes(key));
      return [urn, JSON.stringify([Object.fromEntries(compared), replacementTrigger])];
    }),
  );
}

/** What an edit does, on top of all edits before. */
interface Effect {
  edit: Edit;
  /** Resources that are there only before or only afterwards. */
  madeOrGone: string[];
  /** Other changed resources, as `type::name`. */
  changed: string[];
}

const configurations = /^(?:.*\$)?host:index:Configuration::(.*)-configuration$/;

describe("the edits of a drill", () => {
  let effects: Effect[];
  let names: string[];

  beforeAll(async () => {
    effects = [];
    const edited = settings();
    let before = await resources(edited);
    names = [...before.keys()].flatMap((urn) => configurations.exec(urn)?.[1] ?? []);
    for (const edit of editList) {
      makeEdit(edited, edit);
      const after = await resources(edited);
      const urns = [...new Set([...before.keys(), ...after.keys()])];
      effects.push({
        edit,
        madeOrGone: urns.filter((urn) => !before.has(urn) || !after.has(urn)),
        changed: urns.filter((urn) => before.get(urn) !== after.get(urn)),
      });
      before = after;
    }
  }, 240_000);

  it("are 25, each of another setting", () => {
    expect(new Set(editList.map(({ key }) => key)).size).toBe(25);
    expect(editList).toHaveLength(25);
  });

  it("cover every group of settings but the network, which cannot change in place", () => {
    const groups = Object.entries(members(settingsSchema))
      .filter(([, schema]) => notesOf(schema) === undefined)
      .map(([name]) => name);
    const covered = new Set(editList.map(({ key }) => key.split(".")[0]!));
    expect(groups.filter((name) => !covered.has(name))).toEqual(["network"]);
  });

  it("make and remove no resource", () => {
    expect(effects.flatMap(({ madeOrGone }) => madeOrGone)).toEqual([]);
  });

  it("change the configuration of every host of their tiers, and of no other", () => {
    const changed = effects.map(({ edit, changed: urns }) => [
      edit.key,
      urns.flatMap((urn) => configurations.exec(urn)?.[1] ?? []).sort(),
    ]);
    const wanted = editList.map(({ key, tiers }) => [
      key,
      names.filter((name) => tiers.some((tier) => name.startsWith(`${tier}-`))).sort(),
    ]);
    expect(changed).toEqual(wanted);
  });

  it("change nothing else, but for what the cloud changes in place", () => {
    const others = effects.flatMap(({ edit, changed: urns }) =>
      urns
        .filter((urn) => !configurations.test(urn))
        .map((urn) => `${edit.key} ${/(\w+)::/.exec(urn)?.[1]}`),
    );
    expect([...new Set(others)].sort()).toEqual([
      "admin.cidrs Firewall",
      "protect FloatingIp",
      "protect Inventory",
      "protect Network",
      "protect Server",
    ]);
  });
});
