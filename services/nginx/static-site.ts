import type { BundleRelease } from "../bundle";

/** What the web nodes serve of a release themselves. */
export interface StaticSite {
  /** Directories of the release by the path below which they are served, such as `{ "/": "public" }`. */
  directories: Readonly<Record<string, string>>;
  /** File in the directory of `/` that answers where there is no file. @default the app answers, if there is one */
  fallback?: string;
  /** Paths that go to the app though there is a fallback. */
  appPaths: readonly string[];
  /** True if there is no app behind the web nodes. */
  only: boolean;
}

/** The convention: files in `public`, and the app answers everything else. */
export const publicFiles: StaticSite = {
  directories: { "/": "public" },
  appPaths: [],
  only: false,
};

/**
 * All releases give a file the same time, so time and size cannot tell two of its versions apart: the whole
 * answer does, each time.
 */
const alwaysWhole = [
  "add_header Cache-Control no-cache;",
  'add_header Last-Modified "";',
  "etag off;",
  "if_modified_since off;",
];

/** What `nginx.conf` says of a site, by where it says so. */
export interface SiteLines extends Pick<StaticSite, "appPaths"> {
  /** Directory of `/`. */
  root: string;
  /** The same, relative to a release. @default there is none */
  folder?: string;
  /** Who answers where there is no file, as the last word of `try_files`. */
  otherwise: string;
  /** Directives of `location /`. */
  atRoot: string[];
  /** Further locations. */
  more: string[];
  /** Directives of the server, after those of the stack file, which come first where both name a status. */
  errorPages: string[];
}

/**
 * Directives of Nginx for a static site. https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files
 *
 * @param release where the app's releases are.
 * @param headers lines that add the headers of every answer: those outside do not hold in a location with its own.
 */
export function siteLines(
  { directories, fallback, appPaths, only }: StaticSite,
  { root }: Pick<BundleRelease, "root">,
  headers: readonly string[],
): SiteLines {
  const { "/": first, ...others } = directories;
  const otherwise = only ? "=404" : "@app";
  const whole = [...alwaysWhole, ...headers];
  const place = (folder: string) => `${root}/current${folder === "." ? "" : `/${folder}`}`;
  const more = Object.entries(others).flatMap(([path, folder]) => [
    ...location(`= ${path}`, [`return 301 ${path}/;`]),
    ...location(`${path}/`, [
      `alias ${place(folder)}/;`,
      indexed,
      ...whole,
      `try_files $uri $uri/ ${otherwise};`,
    ]),
  ]);
  return {
    root: first === undefined ? "/nonexistent" : place(first),
    ...(first === undefined ? {} : { folder: first }),
    otherwise,
    appPaths,
    atRoot:
      !fallback && !only
        ? ["try_files $uri @app;"]
        : [indexed, ...whole, `try_files ${rootFiles(fallback)};`],
    // Release directories hold more than a site: settings, histories.
    more: [...more, ...(only ? location("~ /\\.(?!well-known/)", ["return 404;"]) : [])],
    errorPages: only && !fallback ? ["", "error_page 404 /404.html;"] : [],
  };
}

const indexed = "index index.html;";

function rootFiles(fallback: string | undefined): string {
  return ["$uri", "$uri/", ...(fallback ? [`/${fallback}`] : []), "=404"].join(" ");
}

function location(what: string, lines: readonly string[]): string[] {
  return ["", `location ${what} {`, ...lines.map((line) => `  ${line}`), "}"];
}
