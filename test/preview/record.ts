import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { cloudCall } from "../../rolling/cloud-api";
import { repositoryRoot } from "../../scripts/local/paths";
import { MemoryCloud } from "../e2e/memory-cloud";
import { before, edits } from "./record/edits";
import { type Config, RecordedStack } from "./record/recorded-stack";
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
    const stack = await RecordedStack.create(cloud);
    await stack.up(base);
    mkdirSync(target, { recursive: true });
    for (const [name, config] of Object.entries(edits(base, other))) {
      if (asked.length > 0 && !asked.includes(name)) continue;
      const events = shortened(await stack.preview(config));
      writeFileSync(join(target, `${name}.json`), `${JSON.stringify(events, null, 1)}\n`);
      console.log(`${name}: ${events.length} events`);
    }
    const { HCLOUD_ENDPOINT: endpoint = "", HCLOUD_TOKEN: token = "" } = cloud.environment;
    const [pricing, types] = await Promise.all(
      ["/pricing", "/server_types"].map((path) => cloudCall({ endpoint, token }, "GET", path)),
    );
    const answers = { ...(pricing as object), ...(types as object) };
    writeFileSync(join(target, "..", "catalogue.json"), `${JSON.stringify(answers)}\n`);
  } finally {
    await cloud.stop();
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
