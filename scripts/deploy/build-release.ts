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

/** A wanted release, ready to be pushed. */
export interface BuiltRelease {
  release: Delivered;
  /** Facts about the release; empty if the hosts download it. */
  facts: ReleaseFacts;
}

/**
 * Builds and packs the app that a stack file names, as the program would; the hosts download a release with a URL
 * themselves.
 *
 * @param isLocal true for the stack on the local cloud.
 * @throws Error that names a wrong setting, or with the build's output.
 */
export function buildRelease(settings: string, projectRoot: string, isLocal = false): BuiltRelease {
  const all = appIn(settings);
  const raw = Object.fromEntries(Object.entries(all).filter(([key]) => key in keys));
  const { data, error } = shape.safeParse({ app: raw });
  if (error) throw new Error(problemsOf(error, shape, { app: raw }).join("\n"));
  const { path = defaultAppPath, url, sha256, build, command, static: site } = data.app;
  const runtime = describedRuntime(data.app.runtime);
  const architecture = (): Architecture =>
    isLocal ? machineArchitecture() : architectureOf(String(all.serverType ?? ""));
  // The runtime is pushed before the switch, so that no node waits for it then.
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
    // Only the engine can read the stack's secrets; this build gets none of them.
    { projectRoot, secrets: [], architecture },
  );
  return { release: { digest, archive, ...releaseLocation, ...own() }, facts };
}
