import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { afterAll, expect, it } from "vitest";
import { EventLog } from "../../../scripts/deploy/cli-engine";
import { ends } from "./support/events";

const folder = mkdtempSync(join(tmpdir(), "event-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("events are read as they are written, also when a read ends within one", () => {
  const path = join(folder, "log");
  const seen: EngineEvent[] = [];
  const log = new EventLog(path, (event) => seen.push(event));
  log.read();
  const [first, second] = [ends("app-ä"), ends("app-2")];
  const bytes = Buffer.from(`${JSON.stringify(first)}\n${JSON.stringify(second)}\n`);
  const within = bytes.indexOf("ä") + 1;
  appendFileSync(path, bytes.subarray(0, within));
  log.read();
  expect(seen).toEqual([]);
  appendFileSync(path, bytes.subarray(within));
  log.read();
  log.read();
  expect(seen).toEqual([first, second]);
});
