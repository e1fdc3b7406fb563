import type { PathLocation, LocationTarget } from "./path-location-list";

/** Who answers at a path: a file of the release if there is one, or always the app. */
type First = "$uri" | "/nonexistent";

/** The path itself and what is below it, but not a longer name that begins with it. */
function matchesOf(path: string): string[] {
  return path.endsWith("/") ? [path] : [`= ${path}`, `${path}/`];
}

/** Whether a path lies at another one, or below it. */
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

/** Locations of a path that has limits of its own. */
export function pathLocations(place: PathLocation, appPaths: readonly string[]): string[] {
  const first = appPaths.some((path) => isIn(place.path, path)) ? "/nonexistent" : "$uri";
  return locationsOf(matchesOf(place.path), first, place);
}

/** Locations of paths that go to the app whatever the release holds, with the limits of the place around them. */
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
