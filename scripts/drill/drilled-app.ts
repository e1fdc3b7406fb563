import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { StackOutputs } from "../operate/outputs";
import { loadOn } from "../rehearse/measured";
import type { Measured } from "./drill";
import { LastingSockets } from "./lasting-sockets";
import { npmRun } from "../local/processes";
import { migrate, writeRelease } from "./release-app";
import { type StackSettings, withStackFile } from "./up";

/** Number of WebSockets that stay open during the drill. */
const sockets = 4;
/** Watched time before and after, milliseconds. */
const aroundMs = 3_000;
/** Version of the first release. */
const before = "1.0.0";

/** The app of the drills on the running stack. */
export class DrilledApp {
  readonly before = before;

  /** @param folder the release that `npm run deploy` packs. */
  constructor(
    readonly folder: string,
    private readonly url: string,
  ) {}

  /** Sends enough requests to reach every process. @throws Error if a process answers with another version. */
  async checkVersion(version: string): Promise<void> {
    const found = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const response = await fetch(this.url, { headers: { connection: "close" } });
      found.add((await response.text()).split(" ")[0]!);
    }
    if ([...found].join() === version) return;
    throw new Error(`the site is to run ${version}, and answers ${[...found].join(", ")}`);
  }
}

/** Settings of a drill with an app of its own. */
export interface Watch {
  /** `app.trialSeconds`. @default 30 */
  trialSeconds?: number;
  /** True if processes of the deployed release end by themselves: they send no close frame, and none is expected. */
  crashes?: boolean;
  /** Change of further settings of the stack file. @default none */
  settings?: (settings: StackSettings) => void;
  /** Writes the files of a release into a folder. @default the drills' own app */
  write?: (folder: string, version: string) => void;
}

/** Access of a drill to the running app under load. */
export interface AppTrial {
  outputs: StackOutputs;
  app: DrilledApp;
  /** Further observations of the run. */
  notes: string[];
  mark: (text: string) => void;
}

/**
 * Replaces the app of the stack file by the drills' own app, under requests and WebSockets, while `work`
 * runs; then restores the app of the stack file. `work` may return the longest time of a kind that the drill
 * bounds, milliseconds, besides the longest outage of the requests.
 */
export function withDrilledApp(
  outputs: StackOutputs,
  watch: Watch,
  work: (trial: AppTrial) => Promise<void | number>,
): Promise<Measured> {
  return withOwnApp(outputs, watch, (app) => underLoad(outputs, app, watch, work));
}

function writeWorking(folder: string, version: string): void {
  writeRelease(folder, "works", version);
}

/** As {@link withDrilledApp}, without any load. `apply` changes the settings further, by an `up`. */
export async function withOwnApp(
  outputs: StackOutputs,
  { trialSeconds = 30, settings: change = () => undefined, write = writeWorking }: Watch,
  work: (
    app: DrilledApp,
    apply: (further: (settings: StackSettings) => void) => Promise<void>,
  ) => Promise<Measured>,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "webstack-release-"));
  try {
    return await withStackFile(async (edit) => {
      write(folder, before);
      const apply = async (further: (settings: StackSettings) => void) => {
        edit((settings) => {
          settings["webstack:app"] = {
            ...settings["webstack:app"],
            path: folder,
            migrate,
            trialSeconds,
          };
          change(settings);
          further(settings);
        });
        await npmRun("up:local");
      };
      await apply(() => undefined);
      return work(new DrilledApp(folder, outputs.url), apply);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await npmRun("up:local");
  }
}

async function underLoad(
  outputs: StackOutputs,
  app: DrilledApp,
  { crashes = false }: Watch,
  work: (trial: AppTrial) => Promise<void | number>,
): Promise<Measured> {
  const notes: string[] = [];
  const load = loadOn(outputs.url);
  const lasting = new LastingSockets(outputs.url);
  lasting.start(sockets);
  const stop = () => Promise.all([lasting.stop(), load.stop()]);
  let boundedMs: number;
  try {
    await pause(aroundMs);
    boundedMs = (await work({ outputs, app, notes, mark: (text) => load.mark(text) })) ?? 0;
    await pause(aroundMs);
  } catch (error) {
    await stop();
    throw error;
  }
  const [seen, { requests, lost, slowestMs, outageMs, series }] = await stop();
  const failures = [...seen.failures, ...seen.cuts.map(({ code }) => `ended with ${code}`)];
  return {
    ...{ outageMs: Math.max(outageMs, Math.round(boundedMs)), moves: 0, series },
    requests: requests + seen.messages,
    failed: lost + (crashes ? 0 : failures.length),
    notes: [
      ...notes,
      `${lost} of ${requests} requests failed, the slowest took ${Math.round(slowestMs)} ms`,
      `${seen.messages} echoes, the slowest took ${Math.round(seen.slowestMs)} ms`,
      `${seen.ended} sockets ended with a close frame, ${failures.length} otherwise`,
      ...new Set(failures),
    ],
  };
}
