import { type BundleFile, rootFile } from "../bundle";
import { stackFileText } from "../stack-file-text";

/** What the stack file says in Nginx's own words. */
export interface NginxSnippets {
  /** Lines inside of a location by what comes between `location` and `{`, such as `= /old`. */
  locations: Readonly<Record<string, string>>;
  /** Lines in the context of the server. @default none */
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

/** A file for each of them: a brace that is missing in one is missed there, and not in what follows. */
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

/** Lines of Nginx's `server` that read the files. */
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
