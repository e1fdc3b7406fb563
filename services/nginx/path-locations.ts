import { isIn, type PathRequests, type WebRequests } from "../requests";

/**
 * Paths whose files Nginx never sends, as a regular expression without regard to case. A served directory may also hold
 * what is not for visitors: settings, passwords and version histories, whose names begin with a dot, and source of programs
 * that another server runs. RFC 8615 gives `/.well-known/` to visitors.
 */
export const unservedFiles = "(/\\.(?!well-known/)|\\.(php|phtml|phar|cgi|inc)$)";

/** Variable with a request's path for `try_files`; a path that no release has for {@link unservedFiles}. */
export const servedUri = "$served_uri";

/** Line of a `map` of `$uri`: no file for {@link unservedFiles}. */
export const unservedPath = `  "~*${unservedFiles}" /nonexistent;`;

/**
 * Directives of Nginx's `http` for {@link servedUri}. A location with a regular expression would take such requests from
 * the locations of paths with limits of their own. The variable is volatile because a page of errors has another path than
 * its request.
 */
export const servedUriMap = [
  `map $uri ${servedUri} {`,
  "  volatile;",
  "  default $uri;",
  unservedPath,
  "}",
];

/**
 * Largest body that a web node buffers on its disk, MB. A load balancer sends at most 512 concurrent requests
 * to a web node, and 512 such bodies fit on the disk of the smallest server.
 */
export const maxBufferedBodyMb = 50;

/** First of the internal status codes that redirect requests with large bodies; each location has one code. */
const largeStatus = 530;

/** Limits of one location that passes requests to the app. */
export interface LocationTarget extends Required<{
  [Key in keyof PathRequests]: NonNullable<PathRequests[Key]>;
}> {
  /** Name of the location without `@`, such as `app`. */
  name: string;
  /** Directives for the size of bodies, if it differs from the server's. */
  bodySize: readonly string[];
  /** Internal status that redirects a request with a large body to the location without buffering. */
  status: number;
}

/** A location for a path with its own settings. */
interface PathLocation extends LocationTarget {
  /** Path: `/api` means `/api` and the paths below it, `/api/` only the paths below it. */
  path: string;
}

/** The default location, and the locations of paths. */
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

/** Adds the size limit: Nginx checks it in a request's first location, and again in the one that reads the body. */
function withBodySize(place: LocationTarget): LocationTarget {
  return { ...place, bodySize: [`client_max_body_size ${place.maxBodyMib}m;`] };
}

/** True if requests may have bodies too large to buffer. */
export function mayStream(maxBodyMib: number): boolean {
  return maxBodyMib * 1.048576 >= maxBufferedBodyMb;
}

/** True if a second location, without buffering, takes the large bodies. */
export function streams({ buffering, maxBodyMib }: LocationTarget): boolean {
  return buffering && mayStream(maxBodyMib);
}

/** First argument of `try_files`: a file of the release if it exists, or none, so that the app always answers. */
type First = typeof servedUri | "/nonexistent";

/** Location prefixes for a path and the paths below it, without longer names that begin with the path. */
function matchesOf(path: string): string[] {
  return path.endsWith("/") ? [path] : [`= ${path}`, `${path}/`];
}

function locationsOf(
  matches: readonly string[],
  first: First,
  { name, bodySize }: LocationTarget,
  ofFiles: readonly string[] = [],
): string[] {
  return matches.flatMap((match) => [
    `location ${match} {`,
    ...[...bodySize, ...ofFiles].map((line) => `  ${line}`),
    `  try_files ${first} @${name};`,
    "}",
    "",
  ]);
}

/**
 * Locations of a path with its own limits.
 *
 * @param revalidated directives of every location with files of the running release.
 */
export function pathLocations(
  place: PathLocation,
  appPaths: readonly string[],
  revalidated: readonly string[],
): string[] {
  const matches = matchesOf(place.path);
  const isOfApp = appPaths.some((path) => isIn(place.path, path));
  return isOfApp
    ? locationsOf(matches, "/nonexistent", place)
    : locationsOf(matches, servedUri, place, revalidated);
}

/** Locations of paths that always go to the app, even if the release has a file there, with the enclosing limits. */
export function appPathLocations(
  appPaths: readonly string[],
  { usual, own }: { usual: LocationTarget; own: readonly PathLocation[] },
): string[] {
  const there = new Set(own.flatMap(({ path }) => matchesOf(path)));
  return [...new Set(appPaths)].flatMap((path) => {
    const around = own.filter((place) => isIn(path, place.path));
    const [nearest] = around.sort((a, b) => b.path.length - a.path.length);
    const missing = matchesOf(path).filter((match) => !there.has(match));
    return locationsOf(missing, "/nonexistent", nearest ?? usual);
  });
}
