import { type BundleFile, rootFile } from "../bundle";
import { stackFileText } from "../text";

/** Nginx directives of the stack file, as written there. */
export interface NginxSnippets {
  /** Lines of a location by the text between `location` and `{`, such as `= /old`. */
  locations: Readonly<Record<string, string>>;
  /** Lines for the context `server`. @default none */
  nginxSnippet?: string | undefined;
}

const snippetPath = "/etc/nginx/webstack-server.conf";

function sorted({ locations }: NginxSnippets): { match: string; path: string; lines: string }[] {
  return Object.entries(locations)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([match, lines], i) => ({
      match,
      path: `/etc/nginx/webstack-location-${i + 1}.conf`,
      lines,
    }));
}

/** One file for each snippet: Nginx then reports a missing brace in the snippet's own file, not in a later line. */
export function snippetFiles(words: NginxSnippets): Record<string, BundleFile> {
  const { nginxSnippet } = words;
  const locations = sorted(words).map(({ match, path, lines }) => [
    path,
    rootFile(stackFileText(`web.locations.${match}`, lines)),
  ]);
  return {
    ...(Object.fromEntries(locations) as Record<string, BundleFile>),
    ...(nginxSnippet === undefined
      ? {}
      : { [snippetPath]: rootFile(stackFileText("web.nginxSnippet", nginxSnippet)) }),
  };
}

/** Lines of Nginx's `server` that include the files. */
export function snippetLines(words: NginxSnippets): string[] {
  return [
    ...sorted(words).flatMap(({ match, path }) => [
      "",
      `location ${match} {`,
      `  include ${path};`,
      "}",
    ]),
    ...(words.nginxSnippet === undefined ? [] : ["", `include ${snippetPath};`]),
  ];
}
