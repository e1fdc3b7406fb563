import { isDeepStrictEqual } from "node:util";
import { isMap, type Values } from "../plugin/values";
import { updatedTier } from "./hosts";
import type { Effect, SettingChange } from "./model";
import type { Plan, Step } from "./plan";
import { mapOf } from "./values";

const archiverPath = "/etc/webstack/archiver.json";
const visitors = "nothing that answers visitors stops";

/**
 * Effects of what backups no longer have: history at one place, under one key, and what a shorter retention lets
 * `backups:prune` delete. The hosts do not know the retention, so the settings tell of it.
 *
 * @param settings edits of the stack file.
 */
export function backupLosses({ steps }: Plan, settings: readonly SettingChange[]): Effect[] {
  const isDatabase = (step: Step) => updatedTier(step) === "db";
  return [...steps.filter(isDatabase).flatMap(placeLosses), ...settings.flatMap(retentionLosses)];
}

function placeLosses({ before, after }: Step): Effect[] {
  const [old, next] = [before, after].map(({ files }) => parsed(mapOf(files)[archiverPath]));
  if (!old || !next) return [];
  const place = isDeepStrictEqual(placeOf(old), placeOf(next))
    ? []
    : ["backups go to another place, and those at the former one stay there"];
  const key = old.publicKey === next.publicKey ? [] : ["backups are encrypted to another key"];
  const more = "the next base begins a history of its own, and a restore to before it needs both";
  return [...place, ...key].map((what) => ({ level: 1, visitors, reason: `${what}; ${more}` }));
}

/** The place of the backups, without what only gives access to it. */
function placeOf({ target }: Values): unknown[] {
  const { endpoint, bucket, sftp } = mapOf(target);
  const { host, path } = mapOf(sftp);
  return [endpoint, bucket, host, path];
}

function parsed(text: unknown): Values | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function retentionLosses({ key, from, to }: SettingChange): Effect[] {
  const [, name] = /^webstack:(backups\.retention\b.*)$/.exec(key) ?? [];
  if (name === undefined || Number(to) >= Number(from)) return [];
  const reason = `${name} goes from ${from} to ${to}: the next backups:prune may delete more`;
  return [{ level: 1, visitors, reason }];
}
