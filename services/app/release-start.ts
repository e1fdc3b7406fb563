import { type BundleFile, rootFile } from "../bundle";
import { generatedNotice } from "../text";

/** Program that starts a program of a release, and pins it to that release. */
export const releaseStartPath = "/usr/local/lib/webstack/start-in-release.sh";
/** First words of a command line that starts a program by it. */
export const startsInRelease = `/bin/sh ${releaseStartPath}`;

/** Search paths of a process, which name directories of the release. */
const searchPaths = ["PATH", "PYTHONPATH"];

/**
 * The program at {@link releaseStartPath}: it replaces the link to the running release in the search paths by the
 * release in which it was started, and becomes the program that its arguments name. Its working directory is the link,
 * which the kernel resolves at the start.
 *
 * A converge moves the link, then migrates the schema, then restarts one process after the other. A process that still
 * runs must not load modules of the new release meanwhile, nor may a job that outlives the deploy.
 *
 * @param current link to the release that runs, such as `/srv/app/current`.
 */
export function releaseStart(current: string): Record<string, BundleFile> {
  return { [releaseStartPath]: rootFile(releaseStartText(current)) };
}

/** Text of {@link releaseStart}. gunicorn takes `PWD` for its working directory, so `PWD` must not name the link. */
export function releaseStartText(current: string): string {
  const lines = [
    generatedNotice,
    "cd -P . || exit 1",
    "unset OLDPWD",
    "pinned() {",
    '  rest="$1:" whole=',
    '  while [ -n "$rest" ]; do',
    '    entry="${rest%%:*}" rest="${rest#*:}"',
    '    case "$entry" in',
    `      ${current} | ${current}/*) entry="$PWD\${entry#${current}}" ;;`,
    "    esac",
    '    whole="$whole:$entry"',
    "  done",
    "}",
    ...searchPaths.map(
      (name) => `[ -z "\${${name}+set}" ] || { pinned "$${name}"; export ${name}="\${whole#:}"; }`,
    ),
    'exec "$@"',
  ];
  return `${lines.join("\n")}\n`;
}
