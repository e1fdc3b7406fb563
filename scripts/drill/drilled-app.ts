import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { StackOutputs } from "../operate/outputs";
import { loadOn } from "../rehearse/load";
import type { Measured } from "./drill";
import { LastingSockets } from "./lasting-sockets";
import { npmRun } from "./npm-run";
import { migrate, writeRelease } from "./release-app";
import { withStackFile } from "./stack-file";

/** WebSockets that stay open all the while. */
const sockets = 4;
/** Time that is watched before and after, milliseconds. */
const aroundMs = 3_000;
/** Version of the release that runs first. */
const before = "1.0.0";

/** The app of the drills on the running stack. */
export class DrilledApp {
  readonly before = before;

  /** @param folder the release that `npm run deploy` packs. */
  constructor(
    readonly folder: string,
    private readonly url: string,
  ) {}

  /** Asks so often that every process has its turn. @throws Error if one answers with another version. */
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

/** How the app of a drill is watched. */
export interface Watch {
  /** `app.trialSeconds`. @default 30 */
  trialSeconds?: number;
  /** True if processes of the deployed release end by themselves: they send no close frame, and none is expected. */
  crashes?: boolean;
}

/** What a drill works with while the app runs and visitors are on it. */
export interface AppTrial {
  outputs: StackOutputs;
  app: DrilledApp;
  /** What is said of the run besides. */
  notes: string[];
  mark: (text: string) => void;
}

/**
 * Runs an app of the drills' own in place of that of the stack file, with requests and WebSockets on it,
 * for as long as `work` takes; then the app of the stack file is back.
 */
export async function withDrilledApp(
  outputs: StackOutputs,
  { trialSeconds = 30, crashes = false }: Watch,
  work: (trial: AppTrial) => Promise<void>,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "webstack-release-"));
  try {
    return await withStackFile(async (edit) => {
      writeRelease(folder, "works", before);
      edit((settings) => {
        settings["webstack:app"] = {
          ...settings["webstack:app"],
          path: folder,
          migrate,
          trialSeconds,
        };
      });
      await npmRun("up:local");
      return underLoad(outputs, new DrilledApp(folder, outputs.url), crashes, work);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await npmRun("up:local");
  }
}

async function underLoad(
  outputs: StackOutputs,
  app: DrilledApp,
  crashes: boolean,
  work: (trial: AppTrial) => Promise<void>,
): Promise<Measured> {
  const notes: string[] = [];
  const load = loadOn(outputs.url);
  const lasting = new LastingSockets(outputs.url);
  lasting.start(sockets);
  try {
    await pause(aroundMs);
    await work({ outputs, app, notes, mark: (text) => load.mark(text) });
    await pause(aroundMs);
  } finally {
    await Promise.all([lasting.stop(), load.stop()]);
  }
  const { requests, lost, slowestMs, outageMs, series } = await load.stop();
  const seen = await lasting.stop();
  return {
    ...{ outageMs, moves: 0, series },
    requests: requests + seen.messages,
    failed: lost + (crashes ? 0 : seen.failures.length),
    notes: [
      ...notes,
      `${lost} of ${requests} requests failed, the slowest took ${Math.round(slowestMs)} ms`,
      `${seen.messages} echoes, the slowest took ${Math.round(seen.slowestMs)} ms`,
      `${seen.ended} sockets ended with a close frame, ${seen.failures.length} otherwise`,
      ...new Set(seen.failures),
    ],
  };
}
