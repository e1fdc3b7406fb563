import { resolve } from "node:path";
import { z } from "zod";
import { releaseLocation, runtimePackage } from "../../app-source";
import { defaultAppPath } from "../../config/app-problems";
import { appSettings } from "../../config/app-schema";
import { commandWords } from "../../config/command";
import { problemsOf } from "../../config/problems";
import {
  type Architecture,
  architectureOf,
  machineArchitecture,
  describedRuntime,
} from "../../config/runtime";
import type { ReleaseFacts } from "../../release/facts";
import { packApp } from "../../release/packed-app";
import type { Delivered } from "./push";
import { appIn } from "./stack-file";

const keys = {
  path: true,
  url: true,
  sha256: true,
  build: true,
  command: true,
  runtime: true,
  static: true,
} as const;
const shape = z.object({ app: appSettings({}).pick(keys) });

/** A release that is to run, ready to come to the nodes. */
export interface Ready {
  release: Delivered;
  /** What it says of itself; empty if the hosts fetch it. */
  facts: ReleaseFacts;
}

/**
 * Builds and packs the app that a stack file names, as the program would; one with an address is left to
 * the hosts.
 *
 * @param isLocal true for the stack on the local cloud.
 * @throws Error that names the setting if one is wrong, or with what the build said.
 */
export function makeReady(settings: string, projectRoot: string, isLocal = false): Ready {
  const all = appIn(settings);
  const raw = Object.fromEntries(Object.entries(all).filter(([key]) => key in keys));
  const { data, error } = shape.safeParse({ app: raw });
  if (error) throw new Error(problemsOf(error, shape, { app: raw }).join("\n"));
  const { path = defaultAppPath, url, sha256, build, command, static: site } = data.app;
  const runtime = describedRuntime(data.app.runtime);
  const architecture = (): Architecture =>
    isLocal ? machineArchitecture() : architectureOf(String(all.serverType ?? ""));
  // Brought ahead: while nodes are switched none waits for it.
  const own = (): Partial<Delivered> => {
    const pushed = runtimePackage(runtime, projectRoot, architecture);
    if (!pushed) return {};
    const { digest, root, archive } = pushed;
    return { runtime: { digest, root }, runtimeArchive: archive };
  };
  if (url !== undefined) {
    if (sha256 === undefined) throw new Error("webstack:app.sha256 must be set with app.url");
    return { release: { digest: sha256, url, ...releaseLocation, ...own() }, facts: {} };
  }
  const words = (text: string | undefined) => (text ? commandWords(text) : undefined);
  const [buildWords, ownWords] = [words(build), words(command)];
  const { digest, archive, facts } = packApp(
    {
      ...(buildWords ? { build: buildWords } : {}),
      ...(ownWords ? { command: ownWords } : {}),
      runtime,
      hasServer: !site.only,
    },
    resolve(projectRoot, path),
    // The engine alone can read the stack's secrets, and a build gets none of them here.
    { projectRoot, secrets: [], architecture },
  );
  return { release: { digest, archive, ...releaseLocation, ...own() }, facts };
}
