/**
 * Paths whose files Nginx never sends, as a regular expression without regard to case. A served directory may also hold
 * what is not for visitors: settings, passwords and version histories, whose names begin with a dot, and source of programs
 * that another server runs. RFC 8615 gives `/.well-known/` to visitors.
 */
export const unservedFiles = "(/\\.(?!well-known/)|\\.(php|phtml|phar|cgi|inc)$)";

/** Variable with a request's path for `try_files`; a path that no release has for {@link unservedFiles}. */
export const servedUri = "$served_uri";

/** Line of a `map` of `$uri`: no file for {@link unservedFiles}. */
export const unservedPath = `  "~*${unservedFiles}" /nonexistent;`;

/**
 * Directives of Nginx's `http` for {@link servedUri}. A location with a regular expression would take such requests from
 * the locations of paths with limits of their own. The variable is volatile because a page of errors has another path than
 * its request.
 */
export const servedUriMap = [
  `map $uri ${servedUri} {`,
  "  volatile;",
  "  default $uri;",
  unservedPath,
  "}",
];
