import type { Cloud } from "./cloud";
import type { HostNode } from "./hosts";
import type { TypeChange } from "./outage-messages";

/** A server whose type is to change. */
export interface Resized {
  node: HostNode;
  change: TypeChange;
  /** Location, such as `nbg1`. */
  location: string;
  /** Size of the disk, which does not change, GB. */
  diskGb: number;
  /** Reads the size of MySQL's buffer pool, MiB; only called for a database. Undefined: MySQL does not answer. */
  poolMib: () => Promise<number | undefined>;
}

/**
 * Largest share of a smaller memory for the old buffer pool, until MySQL's new configuration follows minutes
 * later. A pool is empty at the start, and the default pool, two fifths of the memory, is this share of half of it.
 */
const maxMemoryShare = 0.8;

/**
 * Refuses a change of type that Hetzner would refuse half-way, with the server switched off.
 *
 * @throws Error with the obstacle and the remedy.
 */
export async function refuseImpossible(
  cloud: Pick<Cloud, "type">,
  { node: { name, role }, change: { from, to }, location, diskGb, poolMib }: Resized,
): Promise<void> {
  const [before, after] = await Promise.all([cloud.type(from), cloud.type(to)]);
  const refuse = (text: string) => {
    const setting = `webstack:${role === "lb" ? "loadBalancers" : role}.serverType`;
    throw new Error(`${setting} must fit ${name}, got ${to}: ${text}`);
  };
  if (!after) return refuse("the cloud has no such type, or not any more; choose another one");
  if (before && before.architecture !== after.architecture) {
    refuse(
      `it is ${after.architecture}, and ${from} is ${before.architecture}; ` +
        "a server keeps its processor's kind, so choose a type of that kind",
    );
  }
  if (!after.locations.includes(location)) {
    refuse(`it cannot be had in ${location}, only in ${after.locations.join(", ")}`);
  }
  if (after.diskGb < diskGb) {
    refuse(
      `its disk has ${after.diskGb} GB and ${name} has ${diskGb} GB, which cannot shrink; ` +
        `choose a larger type, or give it a new server: npm run roll -- ${name}`,
    );
  }
  const maxMib = Math.floor(after.memoryGib * 1024 * maxMemoryShare);
  if (role !== "db" || after.memoryGib >= (before?.memoryGib ?? Infinity)) return;
  const pool = await poolMib();
  if (pool === undefined || pool <= maxMib) return;
  refuse(
    `MySQL of ${name} keeps data in ${pool} MiB, too much for its ${after.memoryGib} GiB; first set ` +
      `webstack:db.bufferPoolMib to at most ${maxMib} and run \`pulumi up\`, then change the type`,
  );
}
