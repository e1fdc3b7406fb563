import type { AppWorker } from "../app-workers/worker";
import { rootFile } from "../bundle";
import { programPath } from "../host-program";
import type { Service } from "../service";

/** Program that runs a command on one node at a time. */
export const appJobPath = programPath("app-job");

/** What the program that runs commands on one node at a time depends on. */
export interface AppJobsFacts {
  /** The workers of this node. */
  workers: readonly AppWorker[];
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** The program for what runs on one node at a time, which asks the app's database whose turn it is. */
export const appJobs: Service<AppJobsFacts> = {
  name: "app-jobs",
  openings: [],
  part: ({ workers, programs }) => {
    if (!workers.some(({ nodes }) => nodes === "one")) return {};
    const source = programs["app-job"];
    if (source === undefined) throw new Error("programs must hold app-job");
    return { packages: ["mysql-client"], files: { [appJobPath]: rootFile(source) } };
  },
};
