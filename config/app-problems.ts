import { statSync } from "node:fs";
import { resolve } from "node:path";
import { appContract } from "./app-contract";
import { connectionProblems } from "./connection-problems";
import { type StackConfig, settingsSchema } from "./schema";
import { serverSize } from "./server-types";
import { printable } from "./printable";
import { type RawSettings, valueAt } from "./stack-file";

/** Directory whose content is the release if neither `app.path` nor `app.url` is set. */
export const defaultAppPath = "./sample-app/dist";

/** True if the settings deploy the sample app. */
export function isSample({ path, url }: StackConfig["app"], projectRoot: string): boolean {
  const at = (place: string) => resolve(projectRoot, place);
  return url === undefined && at(path ?? defaultAppPath) === at(defaultAppPath);
}

/** Problems between the settings of the app and the files of this machine or the databases. */
export function appProblems(raw: RawSettings, projectRoot: string): string[] {
  return [...directoryProblems(raw, projectRoot), ...databaseProblems(raw, projectRoot)];
}

function directoryProblems(raw: RawSettings, projectRoot: string): string[] {
  const path = valueAt(raw, ["app", "path"]) ?? defaultAppPath;
  if (typeof path !== "string" || valueAt(raw, ["app", "url"]) !== undefined) return [];
  // A build makes the directory later; a pinned release needs no directory.
  if (["build", "release"].some((key) => valueAt(raw, ["app", key]) !== undefined)) return [];
  // The schema reports a text that is not a path.
  if (/^$|\0/.test(path) || isDirectory(resolve(projectRoot, path))) return [];
  const how =
    path === defaultAppPath ? "run: npm run build --workspace sample-app" : "build the app";
  return [
    `webstack:app.path must be a directory with the built app, got ${printable(path)} that is none; ${how}`,
  ];
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // The path is missing, not readable, or not a possible name of a file.
    return false;
  }
}

/** Checks the connections even if other settings are wrong: the app's own settings decide how many it may open. */
function databaseProblems(raw: RawSettings, projectRoot: string): string[] {
  const { data: app } = settingsSchema.shape.app.safeParse(raw.app);
  const isSized = app && (app.static.only || app.processes || serverSize(app.serverType));
  if (!isSized) return [];
  return connectionProblems({ ...appContract(app, isSample(app, projectRoot)), count: app.count });
}
