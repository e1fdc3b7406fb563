/** A MySQL data directory, or the place where one would be. */
export interface DataDirectory {
  /** Absolute path. */
  path: string;
  exists: boolean;
  /** UUID of the server that ran on it; null: none has yet. */
  serverUuid: string | null;
}

/** What is seen before the data directory is put in place. */
export interface Found {
  /** Id of this node's volume. */
  volumeId: string;
  /** Volume from which MySQL ran last, as noted on the server's own disk; null: from none. */
  ranOn: string | null;
  onVolume: DataDirectory;
  /** True if a copy is marked on the volume as one on which no MySQL has been up yet. */
  neverStarted: boolean;
  onOwnDisk: DataDirectory;
}

/** What is to be done with the volume before MySQL may start on it. */
export type Plan = { type: "use" } | { type: "copy" } | { type: "refuse"; reason: string };

/**
 * A volume on which MySQL has run is used as it is, also by a new server. An empty one gets a copy
 * of what is on the server's own disk; so does one whose copy MySQL never ran on, since MySQL may
 * have gone on without it. A directory of which it cannot be told whose it is may hold the only
 * data there is: it is neither used nor emptied.
 */
export function plan(found: Found): Plan {
  const { volumeId, ranOn, onVolume, neverStarted, onOwnDisk } = found;
  if (ranOn !== null && !onVolume.exists) {
    const reason = `volume ${volumeId} is empty, but MySQL ran from volume ${ranOn} before; give that one back, or replace the server`;
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

/** The server's UUID in the text of `auto.cnf`, or null. */
export function serverUuid(text: string): string | null {
  return /^server-uuid=([0-9a-f-]{36})$/m.exec(text)?.[1] ?? null;
}
