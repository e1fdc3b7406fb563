/**
 * Network zone of each Hetzner location. All nodes of a stack share one private network, and all
 * subnets of a network are in one zone.
 *
 * Source: https://docs.hetzner.com/cloud/networks/faq and `GET /v1/locations`.
 */
export const networkZones: Readonly<Record<string, string>> = {
  fsn1: "eu-central",
  nbg1: "eu-central",
  hel1: "eu-central",
  ash: "us-east",
  hil: "us-west",
  sin: "ap-southeast",
};

/**
 * Server types by tier for locations in which the default types are not sold. Since autumn 2025 the API answers
 * `unsupported location for server type` there for the newer types of the CPX and CX families (seen by
 * github.com/autobase-tech/autobase/issues/1403); the earlier CPX types remain.
 */
const unitedStates = { loadBalancers: "cpx11", web: "cpx11", app: "cpx21", db: "cpx21" };

/** Types to name in a stack file by location and tier, where a default type of the tier is not sold. */
export const typesInsteadOfDefaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ash: unitedStates,
  hil: unitedStates,
};

/** Size of a server type, from which the sizes of its services follow. */
export interface ServerSize {
  /** Virtual cores. */
  cores: number;
  /** Memory, GiB. */
  memoryGib: number;
}

/** Cores and GiB of memory by type. Source: https://www.hetzner.com/cloud, September 2026. */
const sizes: Readonly<Record<string, readonly [number, number]>> = {
  cx23: [2, 4],
  cx33: [4, 8],
  cx43: [8, 16],
  cx53: [16, 32],
  cax11: [2, 4],
  cax21: [4, 8],
  cax31: [8, 16],
  cax41: [16, 32],
  cpx11: [2, 2],
  cpx21: [3, 4],
  cpx31: [4, 8],
  cpx41: [8, 16],
  cpx51: [16, 32],
  cpx12: [1, 2],
  cpx22: [2, 4],
  cpx32: [4, 8],
  cpx42: [8, 16],
  cpx52: [12, 24],
  cpx62: [16, 32],
  ccx13: [2, 8],
  ccx23: [4, 16],
  ccx33: [8, 32],
  ccx43: [16, 64],
  ccx53: [32, 128],
  ccx63: [48, 192],
};

/** Size of a server type; undefined for a type that the list above lacks. */
export function serverSize(serverType: string): ServerSize | undefined {
  const size = Object.hasOwn(sizes, serverType) ? sizes[serverType] : undefined;
  return size && { cores: size[0], memoryGib: size[1] };
}

/**
 * Default size of MySQL's buffer pool, MiB: two fifths of a node's memory. The rest is for
 * connections, the group's message cache, the supervisor and the file cache of the logs.
 */
export function defaultBufferPoolMib({ memoryGib }: ServerSize): number {
  return Math.floor((memoryGib * 1024 * 2) / 5 / 128) * 128;
}
