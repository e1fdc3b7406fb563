import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { cloudCall } from "../../rolling/cloud-api";
import { repositoryRoot } from "../../scripts/local/paths";
import { MemoryCloud } from "../../scripts/hostless/memory-cloud";
import { before, edits, named, namedEdits } from "./record/edits";
import { type Config, HostlessStack } from "../../scripts/hostless/hostless-stack";
import { shortened } from "./record/shortened";

const target = join(__dirname, "events");

/**
 * `npx tsx test/preview/record.ts [edit ...]`: previews each edit of the whole program with the real engine on a
 * cloud without hosts, and keeps the events that the tests of preview/ read.
 */
async function main(asked: string[]): Promise<void> {
  const file = readFileSync(join(repositoryRoot, "Pulumi.local.yaml"), "utf8");
  const cloud = new MemoryCloud();
  try {
    await cloud.start();
    const [app, other] = [join(cloud.folder, "app"), join(cloud.folder, "other-app")];
    for (const folder of [app, other]) {
      cpSync(join(repositoryRoot, "sample-app", "dist"), folder, { recursive: true });
    }
    appendFileSync(join(other, "server.js"), "\n// Another release.\n");
    const base = before((parse(file) as { config: Config }).config, app);
    const stack = await HostlessStack.create(cloud, { name: "recorded", say: console.log });
    await stack.up(base);
    mkdirSync(target, { recursive: true });
    const isAsked = (name: string) => asked.length === 0 || asked.includes(name);
    const edited = edits(base, other);
    for (const [name, config] of Object.entries(edited)) {
      if (!isAsked(name)) continue;
      keep(name, await stack.preview(config, {}, tell));
    }
    stack.editByHand("web-2");
    const servers = (await cloudCall(cloud.access, "GET", "/servers?name=app-1")) as {
      servers: { id: number }[];
    };
    const protection = `/servers/${servers.servers[0]!.id}/actions/change_protection`;
    await cloudCall(cloud.access, "POST", protection, { delete: true, rebuild: true });
    if (isAsked("drift")) keep("drift", await stack.preview(base, { refresh: true }, tell));
    if (isAsked("volume-shrunk")) {
      await stack.up(edited["volume-grown"]!);
      keep("volume-shrunk", await stack.preview(base, {}, tell));
    }
    const https = Object.entries(namedEdits(named(base))).filter(([name]) => isAsked(name));
    if (https.length > 0) await stack.up(named(base));
    for (const [name, config] of https) keep(name, await stack.preview(config, {}, tell));
    const [pricing, types] = await Promise.all(
      ["/pricing", "/server_types"].map((path) => cloudCall(cloud.access, "GET", path)),
    );
    const answers = { ...(pricing as object), ...(types as object) };
    writeFileSync(join(target, "..", "catalogue.json"), `${JSON.stringify(answers)}\n`);
  } finally {
    await cloud.stop();
  }
}

/** What the engine says of a plan that it refuses. */
function tell(error: Error): void {
  console.log(error.message.slice(-1500));
}

/** Keeps events, one a line. */
function keep(name: string, events: readonly EngineEvent[]): void {
  if (process.env.RAW) writeFileSync(`${process.env.RAW}/${name}.json`, JSON.stringify(events));
  // Where this machine keeps the checkout is nobody's business.
  const lines = shortened(events).map((event) =>
    JSON.stringify(event).replaceAll(`${repositoryRoot}/`, "/checkout/"),
  );
  writeFileSync(join(target, `${name}.json`), `[\n${lines.join(",\n")}\n]\n`);
  console.log(`${name}: ${lines.length} of ${events.length} events`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
