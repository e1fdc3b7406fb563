import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { pricesOf } from "../../preview/price-list";
import type { Preview } from "../../preview/model";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";

const folder = join(__dirname, "events");

/** Names of the edits whose events are kept. */
export const recordedEdits = readdirSync(folder).map((file) => file.replace(".json", ""));

/** Events of the real engine's preview of an edit, as `record.ts` keeps them. */
export function recordedEvents(edit: string): EngineEvent[] {
  return JSON.parse(readFileSync(join(folder, `${edit}.json`), "utf8")) as EngineEvent[];
}

/** What the emulator answered to /pricing and /server_types. */
export const catalogue = JSON.parse(
  readFileSync(join(__dirname, "catalogue.json"), "utf8"),
) as Record<string, unknown>;

/** The judged preview of an edit. */
export function recordedPreview(edit: string): Preview {
  return previewOf(planOf(recordedEvents(edit)), {
    stack: "dev",
    prices: pricesOf(catalogue),
    serverTypes: catalogue,
  });
}
