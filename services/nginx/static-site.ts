import type { BundleRelease } from "../bundle";
import { immutableMaps, type ImmutablePaths } from "./immutable-assets";
import { servedUri, servedUriMap, unservedFiles, unservedPath } from "./path-locations";

/** Static files of a release, which the web nodes serve themselves. */
export interface StaticSite {
  /** Directories of the release by URL path, such as `{ "/": "public" }`. */
  directories: Readonly<Record<string, string>>;
  /** Directories of the release by URL path, with files that browsers may keep for ever. */
  immutable: ImmutablePaths;
  /** File in the directory of `/` that answers if a requested file is missing. @default the app answers, if any */
  fallback?: string;
  /** Paths that go to the app despite a fallback. */
  appPaths: readonly string[];
  /** True if the stack has no app behind the web nodes. */
  only: boolean;
}

/** The default: files in `public`, and the app answers all other requests. */
export const publicFiles: StaticSite = {
  directories: { "/": "public" },
  immutable: {},
  appPaths: [],
  only: false,
};

/**
 * Lets a browser keep a file, and ask each time whether it is still the same: `host/converge/release.ts` gives the
 * files of each release a time of their own.
 */
const revalidation = ["add_header Cache-Control no-cache;"];

/** Lines of `nginx.conf` for a static site, by their place in the file. */
export interface SiteLines extends Pick<StaticSite, "appPaths" | "immutable"> {
  /** Directory of `/`. */
  root: string;
  /** Directory of `/`, relative to a release. @default none */
  folder?: string;
  /** Last argument of `try_files`: what answers if the file is missing. */
  otherwise: string;
  /** Directives of `http`. */
  maps: string[];
  /** Directives of every location with files of the running release alone. */
  revalidated: string[];
  /** Directives of `location /`. */
  atRoot: string[];
  /** Further locations. */
  more: string[];
  /** Directives of the server, after those of the stack file, which win if both name a status. */
  errorPages: string[];
}

/**
 * Renders Nginx's directives for a static site. https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files
 *
 * @param release directory of the app's releases.
 * @param headers lines that add the headers of every response: a location with its own headers inherits none.
 */
export function siteLines(
  { directories, immutable, fallback, appPaths, only }: StaticSite,
  { root }: Pick<BundleRelease, "root">,
  headers: readonly string[],
): SiteLines {
  const { "/": first, ...others } = directories;
  const otherwise = only ? "=404" : "@app";
  const revalidated = [...revalidation, ...headers];
  const hasPages = only || fallback !== undefined;
  const place = (folder: string) => `${root}/current${folder === "." ? "" : `/${folder}`}`;
  const more = Object.entries(others).flatMap(([path, folder]) => [
    ...location(`= ${path}`, [`return 301 ${path}/$is_args$args;`]),
    ...location(`${path}/`, [
      `alias ${place(folder)}/;`,
      ...revalidated,
      `try_files ${pages.join(" ")} ${otherwise};`,
    ]),
  ]);
  return {
    root: first === undefined ? "/nonexistent" : place(first),
    ...(first === undefined ? {} : { folder: first }),
    otherwise,
    appPaths,
    immutable,
    maps: [
      ...servedUriMap,
      ...(more.length > 0 || hasPages ? pageMaps : []),
      ...immutableMaps(immutable),
    ],
    revalidated,
    atRoot: [...revalidated, `try_files ${hasPages ? rootFiles(fallback) : `${servedUri} @app`};`],
    // No fallback and no list of the app's paths answers for them where there is no app.
    more: [...more, ...(only ? location(`~* ${unservedFiles}`, ["return 404;"]) : [])],
    errorPages: only && !fallback ? ["", "error_page 404 /404.html;"] : [],
  };
}

/**
 * Files that answer a path, for `try_files`: `/about` is `about`, else `about.html`, else a redirect to `/about/` if
 * there is such a directory, since the links of a page in a directory may be relative. `/about/` is
 * `about/index.html`; a directory without that file is as good as no file. `$uri/` and `index` would answer 403 there.
 */
const pages = [servedUri, "$page_file", "$page_folder/"];

/** A variable is volatile because a page of errors has another path than its request. */
const pageMaps = [
  "map $uri $page_file {",
  "  volatile;",
  '  default "$uri.html";',
  unservedPath,
  '  "~/$" "${uri}index.html";',
  "}",
  "map $uri $page_folder {",
  "  volatile;",
  "  default $uri;",
  unservedPath,
  '  "~/$" /nonexistent;',
  "}",
];

function rootFiles(fallback: string | undefined): string {
  return [...pages, ...(fallback ? [`/${fallback}`] : []), "=404"].join(" ");
}

function location(what: string, lines: readonly string[]): string[] {
  return ["", `location ${what} {`, ...lines.map((line) => `  ${line}`), "}"];
}
