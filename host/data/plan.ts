/** A MySQL data directory that exists or could exist. */
export interface DataDirectory {
  /** Absolute path. */
  path: string;
  exists: boolean;
  /** UUID of the MySQL server that ran on it; null: none has run yet. */
  serverUuid: string | null;
}

/** State before the data directory is mounted. */
export interface VolumeState {
  /** Id of this node's volume. */
  volumeId: string;
  /** Id of the volume that MySQL last ran from, as recorded on the server's own disk; null: none. */
  ranOn: string | null;
  onVolume: DataDirectory;
  /** True if the copy on the volume is marked as one that MySQL has not started on yet. */
  neverStarted: boolean;
  onOwnDisk: DataDirectory;
}

/** Action on the volume before MySQL starts. */
export type Plan = { type: "use" } | { type: "copy" } | { type: "refuse"; reason: string };

/**
 * A volume that MySQL has run on is used unchanged, also by a new server. An empty volume gets a copy of
 * the data on the server's own disk. So does a volume whose copy MySQL never ran on, because MySQL may
 * have gone on without it. A directory of unknown origin may be the only copy of the data: it is neither
 * used nor emptied.
 */
export function plan(found: VolumeState): Plan {
  const { volumeId, ranOn, onVolume, neverStarted, onOwnDisk } = found;
  if (ranOn !== null && !onVolume.exists) {
    const reason = `volume ${volumeId} is empty, but MySQL last ran from volume ${ranOn}; attach volume ${ranOn} again, or replace the server`;
    return { type: "refuse", reason };
  }
  if (!onVolume.exists) return { type: "copy" };
  if (onVolume.serverUuid === null && !neverStarted) return refusal(onVolume.path, volumeId);
  if (ranOn !== null) return { type: "use" };
  const isUnused = onVolume.serverUuid === null || onVolume.serverUuid === onOwnDisk.serverUuid;
  return { type: isUnused ? "copy" : "use" };
}

function refusal(path: string, volumeId: string): Plan {
  const reason =
    `${path} on volume ${volumeId} has no server UUID in its auto.cnf, so it is neither used nor ` +
    `emptied; to use it, write "[auto]" and "server-uuid=<a new UUID>" to ${path}/auto.cnf; to give it ` +
    `up, move ${path} to another name; then: systemctl restart webstack-data`;
  return { type: "refuse", reason };
}

/** Server UUID in the text of `auto.cnf`, or null. */
export function serverUuid(text: string): string | null {
  return /^server-uuid=([0-9a-f-]{36})$/m.exec(text)?.[1] ?? null;
}
