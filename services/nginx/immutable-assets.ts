import type { BundleRelease } from "../bundle";
import { servedUri, unservedFiles } from "./path-locations";

/** Directories of the release by URL path whose files keep their name only while their content stays the same. */
export type ImmutablePaths = Readonly<Record<string, string>>;

/** Arguments of {@link assetsLocations}. */
export interface AssetsArgs {
  /** Directory of `/`, relative to a release. @default none */
  folder?: string;
  /** Last argument of `try_files`: what answers if the file is missing. */
  otherwise: string;
  immutable: ImmutablePaths;
  /** Node name. */
  node: string;
  /** Directory of the app's releases, and the number of releases kept. */
  release: Pick<BundleRelease, "root" | "keep">;
  /** Lines that add the headers of every response: a location with its own headers does not inherit the server's. */
  headers: readonly string[];
}

/** Files of one location: its path without a slash at the end, their directory, and the path of a file in it. */
interface Place {
  path: string;
  folder: string | undefined;
  file: string;
}

/** Immutable paths in the order of the stack file's names, each with its variable. */
function placesOf(immutable: ImmutablePaths): Place[] {
  return Object.entries(immutable)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, folder], i) => ({ path, folder, file: `$immutable_${i + 1}` }));
}

/**
 * Directives of Nginx's `http`: a variable for each immutable path with the part of a request's path after it. With
 * `alias` Nginx would remove that part itself, but `try_files` could then search one release alone.
 */
export function immutableMaps(immutable: ImmutablePaths): string[] {
  return placesOf(immutable).flatMap(({ path, file }, i) => {
    const start = path.replaceAll(".", "\\.");
    return [
      `map $uri ${file} {`,
      // Below the path alone: the path itself may have a name that begins with a dot.
      `  "~*^${start}(?=/).*${unservedFiles}" "";`,
      `  "~^${start}(?<below_${i + 1}>/.+)$" $below_${i + 1};`,
      "}",
    ];
  });
}

/**
 * Locations of files whose names change with their content: `/assets/`, and the immutable paths. During a deploy an app
 * node or another web node already serves pages of the new release, and a page that was opened before the deploy
 * requests assets of its own release. So Nginx also searches the staged release and the earlier releases on the node;
 * `host/converge/retained-releases.ts` makes the links. Pages come from the running release alone.
 */
export function assetsLocations(args: AssetsArgs): string[] {
  const places = [
    { path: "/assets", folder: args.folder, file: servedUri },
    ...placesOf(args.immutable),
  ];
  return places.flatMap((place, i) => [...(i === 0 ? [] : [""]), ...assetsLocation(args, place)]);
}

function assetsLocation({ node, release, headers, otherwise }: AssetsArgs, place: Place): string[] {
  const { root, keep } = release;
  return [
    `location ${place.path}/ {`,
    '  add_header Cache-Control "public, max-age=31536000, immutable";',
    `  add_header X-Webstack-Web ${node};`,
    ...headers.map((line) => `  ${line}`),
    `  root ${root};`,
    `  try_files ${files(place, keep).join(" ")} ${otherwise};`,
    "}",
  ];
}

function files({ folder, file }: Place, keep: number): string[] {
  if (folder === undefined) return ["/nonexistent"];
  const previous = Array.from({ length: keep - 1 }, (_, i) => `previous-${i + 1}`);
  const below = folder === "." ? "" : `/${folder}`;
  return ["current", "next", ...previous].map((link) => `/${link}${below}${file}`);
}
