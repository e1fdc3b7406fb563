import type { BundleRelease } from "../bundle";

/** Static files of a release, which the web nodes serve themselves. */
export interface StaticSite {
  /** Directories of the release by URL path, such as `{ "/": "public" }`. */
  directories: Readonly<Record<string, string>>;
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
  appPaths: [],
  only: false,
};

/**
 * Directives that turn conditional requests off. A file has the same time in every release, so time and size cannot
 * tell two versions of the file apart; every response is complete.
 */
const alwaysWhole = [
  "add_header Cache-Control no-cache;",
  'add_header Last-Modified "";',
  "etag off;",
  "if_modified_since off;",
];

/** Lines of `nginx.conf` for a static site, by their place in the file. */
export interface SiteLines extends Pick<StaticSite, "appPaths"> {
  /** Directory of `/`. */
  root: string;
  /** Directory of `/`, relative to a release. @default none */
  folder?: string;
  /** Last argument of `try_files`: what answers if the file is missing. */
  otherwise: string;
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
    // Release directories also contain files that are not for visitors: settings, version histories.
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

/** Arguments of {@link assetsLocation}. */
export interface AssetsArgs extends Pick<SiteLines, "folder" | "otherwise"> {
  /** Node name. */
  node: string;
  /** Directory of the app's releases, and the number of releases kept. */
  release: Pick<BundleRelease, "root" | "keep">;
  /** Lines that add the headers of every response: a location with its own headers does not inherit the server's. */
  headers: readonly string[];
}

/**
 * Location of files whose names change with their content. During a deploy an app node or another web node already
 * serves pages of the new release, and a page that was opened before the deploy requests assets of its own release. So
 * Nginx also searches the staged release and the earlier releases on the node; `host/converge/kept-releases.ts` makes the
 * links. Pages come from the running release alone.
 */
export function assetsLocation({
  node,
  release,
  headers,
  folder,
  otherwise,
}: AssetsArgs): string[] {
  const { root, keep } = release;
  return [
    "location /assets/ {",
    '  add_header Cache-Control "public, max-age=31536000, immutable";',
    `  add_header X-Webstack-Web ${node};`,
    ...headers.map((line) => `  ${line}`),
    `  root ${root};`,
    `  try_files ${files(folder, keep).join(" ")} ${otherwise};`,
    "}",
  ];
}

function files(folder: string | undefined, keep: number): string[] {
  if (folder === undefined) return ["/nonexistent"];
  const previous = Array.from({ length: keep - 1 }, (_, i) => `previous-${i + 1}`);
  const below = folder === "." ? "" : `/${folder}`;
  return ["current", "next", ...previous].map((link) => `/${link}${below}$uri`);
}
