import type { BundleRelease } from "../bundle";

/** Folder of a release whose files Nginx serves. */
const publicFolder = "public";

/**
 * Location of files whose names change with their content. A page that was opened before a deploy asks for those of
 * its own release, so the releases that are kept are looked through too: `host/converge/kept-links.ts` makes the links.
 * Pages are not: they are the running release's alone.
 *
 * @param headers lines that add the headers of every answer: those outside do not hold in a location with its own.
 */
export function assetsLocation(
  node: string,
  { root, keep }: Pick<BundleRelease, "root" | "keep">,
  headers: readonly string[],
): string[] {
  const previous = Array.from({ length: keep - 1 }, (_, i) => `previous-${i + 1}`);
  const places = ["current", ...previous].map((link) => `/${link}/${publicFolder}$uri`);
  return [
    "location /assets/ {",
    '  add_header Cache-Control "public, max-age=31536000, immutable";',
    `  add_header X-Webstack-Web ${node};`,
    ...headers.map((line) => `  ${line}`),
    `  root ${root};`,
    `  try_files ${places.join(" ")} @app;`,
    "}",
  ];
}
