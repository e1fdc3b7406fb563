import { keys } from "../../host/archiver/chain/manifest";
import { type DeskTarget, sftpConnection } from "../restore/desk-store";
import type { TargetKey } from "../restore/target-access";
import { prunerOf } from "./credentials";
import type { Pruning } from "./pruning";
import { Remover } from "./remover";
import { SftpRemover } from "./sftp-remover";

/**
 * What deletes: an access key of its own for a bucket. SFTP has no such right, so its key is that which reads.
 *
 * @throws Error if a bucket's access key is not given.
 */
export function removerOf(
  target: DeskTarget,
  stack: string | undefined,
  of: TargetKey,
): Remover | SftpRemover {
  if (!("sftp" in target)) {
    return new Remover(prunerOf(target, stack, process.env, of), () => new Date());
  }
  return new SftpRemover(sftpConnection(target), target.sftp.path);
}

/** A history with what is to be deleted from it. */
export interface PlannedHistory {
  root: string;
  timeline: string;
  made: Pruning;
}

/** Deletes what was planned. What makes an object count goes before it: an interruption leaves a whole archive. */
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
