import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import {
  targetSettings,
  backupSettings,
  type Retention,
  retentionSettings,
} from "../../config/backups-schema";
import { localCopy, localTarget } from "../local/backups";
import { localPaths, localStackName, projectName, repositoryRoot } from "../local/paths";
import { stackFileName } from "../deploy/stack-file";
import type { OperatorTarget } from "./operator-store";
import { targetAccess, type TargetKey, targetShape } from "./target-access";

/** Access to a stack's backups, with the key that decrypts them. */
export interface Backups {
  target: OperatorTarget;
  /** Prefix of all keys. */
  root: string;
  /** Path of the file with the age identity. */
  identity: string;
  /** True: objects are read as they were put first, not as they were overwritten. @default false */
  oldestVersions?: boolean;
}

const shape = z.looseObject({ target: targetShape, copy: targetShape.optional() });

/** `webstack:backups` of a stack file. @throws Error if the stack file has none. */
function settingsOf(stack: string) {
  const file = stackFileName(stack);
  const { config } = parse(readFileSync(join(repositoryRoot, file), "utf8")) as {
    config?: Record<string, unknown>;
  };
  const found = shape.safeParse(config?.["webstack:backups"]);
  if (!found.success) {
    throw new Error(
      `webstack:backups must have a target in ${file}, and a copy of the same form or none; npm run doctor tells what is wrong`,
    );
  }
  return { file, settings: found.data };
}

/** A misspelt `retention` must not select the defaults, which delete more. */
function refuseUnknown(file: string, path: string, found: object, known: object): void {
  const unknown = Object.keys(found).filter((key) => !(key in known));
  if (unknown.length === 0) return;
  throw new Error(
    `${file}: ${path} must hold ${Object.keys(known).join(", ")} only, got ${unknown.join(", ")}; ` +
      "mend the stack file: nothing is deleted before",
  );
}

/**
 * Retention of a stack's backups.
 *
 * @param stack name of the stack; undefined: the local stack.
 * @throws Error if the setting has another form, or if a setting beside it is unknown.
 */
export function retentionOf(stack: string | undefined): Retention {
  if (stack === undefined) return retentionSettings.parse({});
  const { file, settings } = settingsOf(stack);
  refuseUnknown(file, "webstack:backups", settings, backupSettings.shape);
  for (const key of ["target", "copy"] as const) {
    refuseUnknown(file, `webstack:backups.${key}`, settings[key] ?? {}, targetSettings(key).shape);
  }
  const found = retentionSettings.safeParse(settings.retention ?? {});
  if (found.success) return found.data;
  throw new Error(`${file}: webstack:backups.retention: ${z.prettifyError(found.error)}`);
}

/**
 * Access to a stack's backups, from the stack file alone; the function queries nothing of the stack itself.
 * Secrets come from variables, or else from the decrypted stack file; see `targetAccess`. The copy of the local
 * stack is in the other kind of storage than its target.
 *
 * @param from the target of the hosts, or its copy.
 * @throws Error if the stack file has no such target, or if the secret is not available.
 */
export function backupsOf(
  stack: string | undefined,
  identity: string | undefined,
  from: TargetKey = "target",
): Backups {
  const root = `${projectName()}-${(stack ?? localStackName).split("/").at(-1)}`;
  if (stack === undefined) {
    const target = from === "copy" ? localCopy() : localTarget();
    return { target, root, identity: identity ?? localPaths.backupsIdentity };
  }
  const { file, settings } = settingsOf(stack);
  const found = settings[from];
  if (!found) {
    throw new Error(
      `webstack:backups.copy must be a target in ${file}, got nothing; set it as docs/backups.md shows`,
    );
  }
  const target = targetAccess(from, found, stack, process.env);
  return { target, root, identity: identity ?? join(repositoryRoot, "backups-identity.txt") };
}
