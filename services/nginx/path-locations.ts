import type { PathLocation, LocationTarget } from "./path-location-list";

/** First argument of `try_files`: a file of the release if it exists, or none, so that the app always answers. */
type First = "$uri" | "/nonexistent";

/** Location prefixes for a path and the paths below it, without longer names that begin with the path. */
function matchesOf(path: string): string[] {
  return path.endsWith("/") ? [path] : [`= ${path}`, `${path}/`];
}

/** True if a path equals another one or is below it. */
function isIn(path: string, outer: string): boolean {
  return path.startsWith(outer.endsWith("/") ? outer : `${outer}/`) || path === outer;
}

function locationsOf(
  matches: readonly string[],
  first: First,
  { name, bodySize }: LocationTarget,
): string[] {
  return matches.flatMap((match) => [
    `location ${match} {`,
    ...bodySize.map((line) => `  ${line}`),
    `  try_files ${first} @${name};`,
    "}",
    "",
  ]);
}

/** Locations of a path with its own limits. */
export function pathLocations(place: PathLocation, appPaths: readonly string[]): string[] {
  const first = appPaths.some((path) => isIn(place.path, path)) ? "/nonexistent" : "$uri";
  return locationsOf(matchesOf(place.path), first, place);
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
