/** A MySQL data directory, or the place where one would be. */
export interface DataDirectory {
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
  onOwnDisk: DataDirectory;
}

/** What is to be done with the volume before MySQL may start on it. */
export type Plan = { type: "use" } | { type: "copy" } | { type: "refuse"; reason: string };

/**
 * A volume on which MySQL has run is used as it is, also by a new server. An empty one gets a copy
 * of what is on the server's own disk; so does one whose copy MySQL never ran on, since MySQL may
 * have gone on without it.
 */
export function plan({ volumeId, ranOn, onVolume, onOwnDisk }: Found): Plan {
  if (ranOn !== null && !onVolume.exists) {
    const reason = `volume ${volumeId} is empty, but MySQL ran from volume ${ranOn} before; give that one back, or replace the server`;
    return { type: "refuse", reason };
  }
  if (!onVolume.exists) return { type: "copy" };
  if (ranOn !== null) return { type: "use" };
  const isUnused = onVolume.serverUuid === null || onVolume.serverUuid === onOwnDisk.serverUuid;
  return { type: isUnused ? "copy" : "use" };
}

/** The server's UUID in the text of `auto.cnf`, or null. */
export function serverUuid(text: string): string | null {
  return /^server-uuid=([0-9a-f-]{36})$/m.exec(text)?.[1] ?? null;
}
