import { keys } from "../../host/archiver/chain/manifest";
import type { S3Target } from "../../host/archiver/store/s3";
import { localKeeper } from "../local/backups";
import { type OperatorTarget, sftpConnection } from "../restore/operator-store";
import type { TargetKey } from "../restore/target-access";
import type { Pruning } from "./pruning";
import { Remover, SftpRemover } from "./removers";

/** Variables with the access key that deletes; it is in no stack file and on no host. */
const variables = {
  target: { key: "WEBSTACK_BACKUPS_PRUNE_KEY", secret: "WEBSTACK_BACKUPS_PRUNE_SECRET" },
  copy: { key: "WEBSTACK_BACKUPS_COPY_PRUNE_KEY", secret: "WEBSTACK_BACKUPS_COPY_PRUNE_SECRET" },
} as const;

/**
 * The bucket with the access key that deletes.
 *
 * @param hosts the bucket with the hosts' access key.
 * @param of the setting of the bucket.
 * @throws Error if the access key is missing, or is the hosts' key.
 */
export function prunerOf(
  hosts: S3Target,
  stack: string | undefined,
  env: NodeJS.ProcessEnv,
  of: TargetKey = "target",
): S3Target {
  const names = variables[of];
  const [accessKeyId, secretAccessKey] = [env[names.key], env[names.secret]];
  if (!accessKeyId && !secretAccessKey && stack === undefined) {
    return { ...hosts, ...localKeeper() };
  }
  if (!accessKeyId || !secretAccessKey) {
    const absent = [accessKeyId ? "" : names.key, secretAccessKey ? "" : names.secret];
    throw new Error(
      `${absent.filter((name) => name !== "").join(" and ")} must be set: the access key that may delete; --plan needs none`,
    );
  }
  if (accessKeyId === hosts.accessKeyId) {
    throw new Error(
      `${names.key} must be another access key than that which reads, got ${accessKeyId}: whoever has a host could delete all backups`,
    );
  }
  return { ...hosts, accessKeyId, secretAccessKey };
}

/**
 * Deletes objects of a target: with a separate access key for a bucket. SFTP has no separate right to delete, so its
 * key is the one that reads.
 *
 * @throws Error if a bucket's access key is missing.
 */
export function removerOf(
  target: OperatorTarget,
  stack: string | undefined,
  of: TargetKey,
): Remover | SftpRemover {
  if (!("sftp" in target)) {
    return new Remover(prunerOf(target, stack, process.env, of), () => new Date());
  }
  return new SftpRemover(sftpConnection(target), target.sftp.path);
}

/** A history with its plan. */
export interface PlannedHistory {
  root: string;
  timeline: string;
  made: Pruning;
}

/** Carries out a plan. A manifest is deleted before its objects, so an interruption leaves a consistent archive. */
export async function removePlanned(
  remover: Pick<Remover, "remove">,
  { root, timeline, made }: PlannedHistory,
): Promise<void> {
  await remover.remove(made.bases.map((id) => keys.base(root, timeline, id)));
  await remover.remove(made.links.map((number) => keys.link(root, timeline, number)));
  await remover.remove(made.dumps.map((id) => keys.dump(root, timeline, id)));
  const content = [...made.data, ...made.parts, ...made.dumpParts];
  await remover.remove(content.map((key) => `${root}/${key}`));
}

/** Lines about what is kept of a history, and what is deleted. */
export function pruningLines(timeline: string, made: Pruning): string[] {
  const kept = [
    `history     ${timeline}`,
    ...made.keep.map(({ id, why, reachesEnd }) => {
      const reach = reachesEnd ? "" : ", its own moment alone";
      return `keeps       base ${id} (${why.join(", ")})${reach}`;
    }),
    ...made.keepDumps.map(({ id, why }) => `keeps       dump ${id} (${why.join(", ")})`),
  ];
  if (made.refused !== "") return [...kept, `REFUSED     nothing is deleted: ${made.refused}`];
  const { links, data, parts, dumpParts, throughLink } = made;
  const through = links.length > 0 ? ` (up to ${throughLink})` : "";
  return [
    ...kept,
    ...made.bases.map((id) => `deletes     base ${id}`),
    ...made.dumps.map((id) => `deletes     dump ${id}`),
    `deletes     ${links.length} links${through}, ${data.length} segments, ${parts.length} parts of bases, ${dumpParts.length} of dumps`,
  ];
}
