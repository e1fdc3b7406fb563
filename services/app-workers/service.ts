import {
  type AppSandboxArgs,
  neededPaths,
  sandboxArgs,
  type AppRuntimeFacts,
} from "../app/app-sandbox";
import { appSecretPaths } from "../app/app-environment";
import { appJobPath } from "../app-jobs/job-units";
import { releaseStartPath } from "../app/release-start";
import { rootFile } from "../bundle";
import { maintenancePath } from "../maintenance";
import type { Service, ServicePart } from "../service";
import { type AppWorker, workerUnit, workerUnitText } from "./worker-units";

/**
 * The workers of one app node. A worker with `nodes: "one"` is installed on every node, and waits for its lease.
 *
 * @param index position of the node in its tier, from 0.
 */
export function workersOn(workers: readonly AppWorker[], index: number): AppWorker[] {
  return workers.filter(({ nodes }) => typeof nodes === "string" || index < nodes);
}

/** Facts about a node that its workers depend on. */
export interface AppWorkersFacts extends AppRuntimeFacts {
  /** The workers of this node. */
  workers: readonly AppWorker[];
  /** Directory of the release that outlives it, relative to it. @default none */
  data?: string | undefined;
}

/** Seconds that a start may take beyond the stop of the previous process. */
const startSeconds = 90;

/** Background commands of the app, without a port. */
export const appWorkers: Service<AppWorkersFacts> = {
  name: "app-workers",
  openings: [],
  part: (facts) => {
    if (facts.workers.length === 0) return {};
    const parts = facts.workers.map((worker) => workerPart(sandboxArgs(facts), worker));
    const files = Object.assign({}, ...parts.map((part) => part.files)) as ServicePart["files"];
    return {
      files,
      unitFiles: { own: Object.keys(files!) },
      services: parts.flatMap(({ services }) => services),
    };
  },
};

function workerPart(own: AppSandboxArgs, worker: AppWorker) {
  const { name, nodes, processes, stopSeconds } = worker;
  const path = `/etc/systemd/system/worker-${name}@.service`;
  const needs = neededPaths(own);
  const programs = [...(nodes === "one" ? [appJobPath] : []), releaseStartPath];
  return {
    files: { [path]: rootFile(workerUnitText(own, worker)) },
    services: Array.from({ length: processes }, (_, i) => ({
      unit: workerUnit(name, i + 1),
      reloadFiles: [],
      restartFiles: [own.envPath, own.current, appSecretPaths.databaseCa, path, ...programs],
      needs,
      offWhile: [maintenancePath],
      startTimeoutSeconds: stopSeconds + startSeconds,
    })),
  };
}
