import type { PathRequests, WebRequests } from "../requests";

/**
 * Largest body that a web node keeps on its disk until it is complete, MB: a load balancer has at most 512 requests
 * under way on a web node, and 512 times this fits on the disk of the smallest server.
 */
export const keptBodyMb = 50;

/** First one of the statuses with which requests leave for the locations of large bodies, one for each place. */
const largeStatus = 530;

/** What holds for requests to the app at one place. */
export interface LocationTarget extends Required<{
  [Key in keyof PathRequests]: NonNullable<PathRequests[Key]>;
}> {
  /** Name of its location without `@`, such as `app`. */
  name: string;
  /** Directives on the size of bodies where it is not that of the server. */
  bodySize: readonly string[];
  /** Status with which a large body leaves for the location that does not keep it. */
  status: number;
}

/** A place with a path of its own. */
export interface PathLocation extends LocationTarget {
  /** Such as `/api`, itself and what is below it, or `/api/`, only that. */
  path: string;
}

/** The place of all requests, and those of paths. */
export function pathLocationsOf(requests: WebRequests): {
  usual: LocationTarget;
  own: PathLocation[];
} {
  const { answerTimeoutSeconds, maxBodyMib } = requests;
  const limits = { answerTimeoutSeconds, maxBodyMib, buffering: true };
  const usual = { ...limits, name: "app", bodySize: [], status: largeStatus };
  const paths = Object.entries(requests.paths).sort(([a], [b]) => (a < b ? -1 : 1));
  const own = paths.map(([path, different], i) => {
    const place = { ...usual, ...defined(different), name: `path-${i + 1}` };
    return { ...withBodySize(place), path, status: largeStatus + i + 1 };
  });
  return { usual, own };
}

function defined(
  path: PathRequests,
): Partial<Omit<LocationTarget, "name" | "bodySize" | "status">> {
  return Object.fromEntries(Object.entries(path).filter(([, value]) => value !== undefined));
}

/** Nginx looks at the size where a request comes in, and again where its body is read. */
function withBodySize(place: LocationTarget): LocationTarget {
  return { ...place, bodySize: [`client_max_body_size ${place.maxBodyMib}m;`] };
}

/** Whether a request may have a body that is not kept. */
export function mayStream(maxBodyMib: number): boolean {
  return maxBodyMib * 1.048576 >= keptBodyMb;
}

/** Whether a place has a location for large bodies. */
export function streams({ buffering, maxBodyMib }: LocationTarget): boolean {
  return buffering && mayStream(maxBodyMib);
}
