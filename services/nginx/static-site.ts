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

const release = "/srv/app/current";

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
export interface SiteLines {
  /** Directory of `/`. */
  root: string;
  /** Who answers where there is no file, as the last word of `try_files`. */
  otherwise: string;
  /** Directives of `location /`. */
  atRoot: string[];
  /** Further locations. */
  more: string[];
}

/** Directives of Nginx for a static site. https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files */
export function siteLines({ directories, fallback, appPaths, only }: StaticSite): SiteLines {
  const { "/": first, ...others } = directories;
  const otherwise = only ? "=404" : "@app";
  const more = [
    ...Object.entries(others).flatMap(([path, folder]) => folderLocations(path, folder, otherwise)),
    ...appPaths.flatMap((path) => [...toApp(`= ${path}`), ...toApp(`${path}/`)]),
    // Release directories hold more than a site: settings, histories.
    ...(only ? location("~ /\\.(?!well-known/)", ["return 404;"]) : []),
  ];
  return {
    root: first === undefined ? "/nonexistent" : folderPath(first),
    otherwise,
    atRoot: atRoot(fallback, only),
    more,
  };
}

function atRoot(fallback: string | undefined, only: boolean): string[] {
  if (!fallback && !only) return ["try_files $uri @app;"];
  const missing = fallback ? [] : ["error_page 404 /404.html;"];
  const files = ["$uri", "$uri/", ...(fallback ? [`/${fallback}`] : []), "=404"];
  return [...indexed, ...alwaysWhole, ...missing, `try_files ${files.join(" ")};`];
}

/** A path without its slash leads to the one with it, whatever name and port the visitor came to. */
const indexed = ["index index.html;", "absolute_redirect off;"];

function folderLocations(path: string, folder: string, otherwise: string): string[] {
  return [
    ...location(`= ${path}`, ["absolute_redirect off;", `return 301 ${path}/;`]),
    ...location(`${path}/`, [
      `alias ${folderPath(folder)}/;`,
      ...indexed,
      ...alwaysWhole,
      `try_files $uri $uri/ ${otherwise};`,
    ]),
  ];
}

function toApp(what: string): string[] {
  return location(what, ["try_files /nonexistent @app;"]);
}

function folderPath(folder: string): string {
  return folder === "." ? release : `${release}/${folder}`;
}

function location(what: string, lines: readonly string[]): string[] {
  return ["", `location ${what} {`, ...lines.map((line) => `  ${line}`), "}"];
}
