import type { Cloud } from "./cloud";
import type { HostNode } from "./hosts";
import type { TypeChange } from "./told";

/** What is known of a server that is to change its type. */
export interface Resized {
  node: HostNode;
  change: TypeChange;
  /** Where it is, such as `nbg1`. */
  location: string;
  /** Size of its disk, which it keeps, GB. */
  diskGb: number;
  /** Memory that its MySQL keeps data in, MiB; asked of a database alone. Undefined: it does not say. */
  poolMib: () => Promise<number | undefined>;
}

/**
 * Share of a smaller memory that MySQL may be set to until its configuration follows, minutes later. A
 * pool is empty at the start, and the usual one, two fifths, is this much of half of the memory.
 */
const mostOfMemory = 0.8;

/**
 * Refuses a change of type that the cloud would refuse half-way, with the server switched off.
 *
 * @throws Error with what is in the way, and what to do.
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
  const mostMib = Math.floor(after.memoryGib * 1024 * mostOfMemory);
  if (role !== "db" || after.memoryGib >= (before?.memoryGib ?? Infinity)) return;
  const pool = await poolMib();
  if (pool === undefined || pool <= mostMib) return;
  refuse(
    `MySQL of ${name} keeps data in ${pool} MiB, too much for its ${after.memoryGib} GiB; first set ` +
      `webstack:db.bufferPoolMib to at most ${mostMib} and run \`pulumi up\`, then change the type`,
  );
}
