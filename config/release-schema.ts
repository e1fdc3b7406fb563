import { z } from "zod";
import { setting } from "./setting";
import { nodeLines, nodeVersion, describedRuntime } from "./runtime";

/** Segment of a path, neither `.` nor `..`. */
const names = "(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+";
const sitePath = new RegExp(`^(?:/|(?:/${names})+)$`);
const pathOfApp = new RegExp(`^(?:/${names})+$`);
const pathInRelease = new RegExp(`^${names}(?:/${names})*$`);

/** Path of a file or directory, relative to the release. */
export const releasePath = z.string().max(200).regex(pathInRelease);
/** Rule of {@link releasePath}, as in messages. */
export const releasePathRule =
  "be a path inside the release with letters, digits and ._~- only, without .., a / at its start or one at its end";

/** Settings of the static files that the web nodes serve themselves. */
export const siteSettings = z.strictObject({
  directories: setting(
    z.record(z.string().max(200).regex(sitePath), z.union([z.literal("."), releasePath])),
    {
      about: "Directories of the release that the web nodes serve themselves, by path",
      must:
        "be a map from paths such as / or /docs to directories inside the release, with letters, digits and ._~- only and without ..; " +
        "a . is all of the release",
      example: { "/": "dist" },
      absent: '`{"/":"public"}`, with `app.static.only` `{"/":"."}`',
    },
  ).optional(),
  immutable: setting(z.record(z.string().max(200).regex(pathOfApp), releasePath), {
    about:
      "Directories of the release, by path, with files whose names change with their content: browsers keep them for ever",
    must: "be a map from paths such as /_next/static to directories inside the release, with letters, digits and ._~- only and without ..",
    example: { "/_next/static": ".next/static" },
  }).default({}),
  fallback: setting(releasePath, {
    about:
      "File in the directory of `/` that answers where there is no file, for a single-page app",
    must: releasePathRule,
    example: "index.html",
    absent: "the app answers; with `app.static.only` 404",
  }).optional(),
  appPaths: setting(z.array(z.string().max(200).regex(pathOfApp)).max(100), {
    about: "Paths that go to the app, with all that is below them, though there is a fallback",
    must: "be a list of at most 100 paths such as /api, with letters, digits and ._~- only",
    example: ["/api"],
  }).default([]),
  only: setting(z.boolean(), {
    about: "Whether there is no server: the web nodes alone answer",
    must: "be true or false",
    example: false,
  }).default(false),
});

const node = z
  .union([z.int(), z.string()])
  .refine((named) => nodeVersion(named) !== undefined)
  // After parsing, a line such as `24` and its exact version are the same value.
  .transform((named) => nodeVersion(named)!);

const python = z.union([z.literal("."), releasePath]);
const plain = z.strictObject({
  node: node.optional(),
  python: python.optional(),
  executable: releasePath.optional(),
});

/** Runtime of an app's releases. */
export const runtimeSettings = z.strictObject({
  node: setting(node, {
    about:
      "Node.js that the app runs with, pushed to the app nodes: a line with long-term support, or an exact version; part of the release",
    must: `be one of the lines ${nodeLines.join(", ")}, or a version in three numbers from 18.0.0 on, such as 22.23.3`,
    example: 24,
    absent: "the Node.js of the distribution",
  }).optional(),
  python: setting(python, {
    about:
      "Directory of the release with what pip installed, for an app that runs with the distribution's Python",
    must: `${releasePathRule}, or . for the release itself`,
    example: "site-packages",
    absent: "the app is not told where packages of Python are",
  }).optional(),
  executable: setting(releasePath, {
    about: "Program of the release that needs no other to run it",
    must: releasePathRule,
    example: "bin/shop",
    absent: "none",
  }).optional(),
});

/** Runtime of a pinned release. */
export const releaseRuntime = z
  .record(z.string(), z.string())
  .refine((members) => Object.keys(members).length <= 1 && plain.safeParse(members).success)
  .transform((members) => describedRuntime(plain.parse(members)));
