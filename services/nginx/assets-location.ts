import type { BundleRelease } from "../bundle";
import type { SiteLines } from "./static-site";

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
