import type { BundleRelease } from "../bundle";
import type { SiteLines } from "./static-site";

/** What the location of assets depends on. */
export interface AssetsArgs extends Pick<SiteLines, "folder" | "otherwise"> {
  /** Node name. */
  node: string;
  /** Where the app's releases are, and how many. */
  release: Pick<BundleRelease, "root" | "keep">;
  /** Lines that add the headers of every answer: those outside do not hold in a location with its own. */
  headers: readonly string[];
}

/**
 * Location of files whose names change with their content. A page that was opened before a deploy asks for those of
 * its own release, so the releases that are kept are looked through too: `host/converge/kept-links.ts` makes the links.
 * Pages are not: they are the running release's alone.
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
  return ["current", ...previous].map((link) => `/${link}${below}$uri`);
}
