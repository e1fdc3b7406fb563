import type { AppRuntimeFacts } from "../app/app-runtime";
import { looksAtTables, type TableFacts } from "../app/service";
import { type AppSandboxArgs, neededPaths, sandboxArgs } from "../app/app-sandbox";
import type { AppWorker } from "../app-workers/worker";
import { rootFile } from "../bundle";
import type { Service, ServicePart } from "../service";
import { appJobPath, type AppJob, jobTimerText, jobUnit, jobUnitText } from "./job-units";

/** What the jobs of a node depend on. */
export interface AppJobsFacts extends TableFacts, AppRuntimeFacts {
  /** The jobs of the app, which each node has. */
  cron: readonly AppJob[];
  /** The workers of this node. */
  workers: readonly Pick<AppWorker, "nodes">[];
  /** Directory of the release that outlives it, relative to it. @default none */
  data?: string | undefined;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/**
 * What is run at given times, and the program for all that runs on one node at a time, which asks the app's
 * database whose turn it is.
 */
export const appJobs: Service<AppJobsFacts> = {
  name: "app-jobs",
  openings: [],
  part: (facts) => {
    const { cron, workers, programs } = facts;
    const asked = workers.some(({ nodes }) => nodes === "one") || looksAtTables(facts);
    if (cron.length === 0 && !asked) return {};
    const source = programs["app-job"];
    if (source === undefined) throw new Error("programs must hold app-job");
    const parts = cron.map((job) => jobPart(sandboxArgs(facts), job));
    const units = Object.assign({}, ...parts.map(({ files }) => files)) as ServicePart["files"];
    return {
      packages: ["mysql-client"],
      files: { [appJobPath]: rootFile(source), ...units },
      unitFiles: { own: Object.keys(units!) },
      services: parts.flatMap(({ services }) => services),
    };
  },
};

function jobPart(own: AppSandboxArgs, job: AppJob) {
  const path = (ending: string) => `/etc/systemd/system/${jobUnit(job.name)}.${ending}`;
  return {
    files: {
      [path("timer")]: rootFile(jobTimerText(job)),
      [path("service")]: rootFile(jobUnitText(own, job)),
    },
    services: [
      {
        unit: `${jobUnit(job.name)}.timer`,
        reloadFiles: [],
        // The timer alone: a job that runs goes on with the release that it began with.
        restartFiles: [path("timer"), path("service"), appJobPath],
        needs: neededPaths(own),
      },
    ],
  };
}
