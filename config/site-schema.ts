import { z } from "zod";
import { setting } from "./setting";

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
