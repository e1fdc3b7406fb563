import { z } from "zod";
import { nodeLines, nodeVersion, describedRuntime } from "./runtime";
import { setting } from "./setting";
import { releasePath, releasePathRule } from "./site-schema";

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
