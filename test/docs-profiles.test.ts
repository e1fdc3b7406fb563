import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { costOf, pricesOf } from "../preview/price-list";
import { planOf } from "../preview/plan";
import { program } from "../program";
import { catalogue } from "./preview/recorded";
import { step } from "./preview/support";
import { record, type Registration } from "./support/record";
import { stackConfig } from "./support/stack-config";

const manual = readFileSync(join(__dirname, "..", "docs", "profiles.md"), "utf8");
/** Words of the table, without what lines them up. */
const rows = manual.split("\n").map((line) => line.replace(/ +\|/g, " |").replace(/^\| +/, "| "));

describe.each([
  ["small", "dev"],
  ["standard", "staging"],
  ["large", "prod"],
])("the profile %s", (profile, stack) => {
  let all: Registration[];
  let servers: { role: string; type: string; location: string }[];

  beforeAll(async () => {
    all = await record(() => program(), { stack, config: stackConfig(stack) });
    servers = all
      .filter(({ type }) => type === "hcloud:index/server:Server")
      .map(({ inputs }) => ({
        role: String((inputs.labels as Record<string, unknown>).role),
        type: String(inputs.serverType),
        location: String(inputs.location),
      }));
  }, 60_000);

  const ofRole = (role: string) => servers.filter((one) => one.role === role);
  const tier = (role: string, word: string) =>
    `${ofRole(role).length} ${word} ${ofRole(role)[0]!.type}`;

  it("has in docs/profiles.md the servers and the price that the preview would say", () => {
    const events = all.map(({ type, name, inputs }) =>
      step("create", name, type, { after: inputs }),
    );
    const { after, currency, unpriced } = costOf(planOf(events), pricesOf(catalogue));
    expect([currency, unpriced]).toEqual(["EUR", []]);
    const what = [
      ...[tier("lb", "load balancers"), tier("web", "web"), tier("app", "app")],
      tier("db", "databases"),
    ].join(", ");
    const row = `| \`${profile}\` | \`Pulumi.${stack}.yaml\` | ${what} | ${after.toFixed(2)} |`;
    expect(rows).toContain(row);
    if (profile === "small") expect(Math.abs(after - 65)).toBeLessThan(5);
  });

  it("survives what docs/profiles.md says", () => {
    const most = (role: string) => ofRole(role).length - 1;
    const databases = ofRole("db");
    const minority = Math.floor((databases.length - 1) / 2);
    const places = [...new Set(databases.map(({ location }) => location))];
    const inOne = Math.max(
      ...places.map((place) => databases.filter(({ location }) => location === place).length),
    );
    const location = inOne <= minority ? "yes" : "no";
    const row = `| \`${profile}\` | ${most("lb")} | ${most("web")} | ${most("app")} | ${minority} | ${location} |`;
    expect(rows).toContain(row);
  });
});
