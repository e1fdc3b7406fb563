import {
  type AppRuntimeFacts,
  type AppSandboxArgs,
  neededPaths,
  sandboxArgs,
} from "../app/app-sandbox";
import { releaseStartPath } from "../app/release-start";
import { checksTables, type TableFacts } from "../app/service";
import type { AppWorker } from "../app-workers/worker-units";
import { programFiles, rootFile } from "../bundle";
import { maintenancePath } from "../maintenance";
import type { Service, ServicePart } from "../service";
import { appJobPath, type AppJob, jobTimerText, jobUnit, jobUnitText } from "./job-units";

/** Facts about a node that its jobs depend on. */
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
 * The scheduled jobs, and the program for everything that runs on one node at a time, which coordinates
 * the nodes through the app's database.
 */
export const appJobs: Service<AppJobsFacts> = {
  name: "app-jobs",
  openings: [],
  part: (facts) => {
    const { cron, workers, programs } = facts;
    const isNeeded = workers.some(({ nodes }) => nodes === "one") || checksTables(facts);
    if (cron.length === 0 && !isNeeded) return {};
    const parts = cron.map((job) => jobPart(sandboxArgs(facts), job));
    const units = Object.assign({}, ...parts.map(({ files }) => files)) as ServicePart["files"];
    return {
      packages: ["mysql-client"],
      files: { ...programFiles(programs, "app-job"), ...units },
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
        // Only the timer restarts: a running job continues with the release that it was started with.
        restartFiles: [path("timer"), path("service"), appJobPath, releaseStartPath],
        needs: neededPaths(own),
        offWhile: [maintenancePath],
      },
    ],
  };
}
