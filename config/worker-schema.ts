import { z } from "zod";
import { commandWords } from "./command";
import { setting } from "./setting";

/** Names of workers and jobs: parts of the names of their units. */
export const jobName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
/** What {@link jobName} wants. */
export const jobNameRule = "small letters, digits and -, at most 32, a letter first";

/** A command that has no port, so no variable at all. */
export const jobCommand = z
  .string()
  .refine((text) => commandWords(text)?.every((word) => !word.includes("${PORT}")) === true);
/** What {@link jobCommand} wants. */
export const jobCommandRule =
  "be a program and its arguments in one line, without the syntax of a shell and without variables";

const worker = z.strictObject({
  command: setting(jobCommand, {
    about: "Command that runs one process of the worker, in the directory of the release",
    must: jobCommandRule,
    example: "node worker.js",
  }),
  nodes: setting(z.union([z.enum(["all", "one"]), z.int().min(2).max(90)]), {
    about: "App nodes on which it runs: all, the first so many, or one at a time, whichever lives",
    must: 'be "all", "one" or a whole number from 2 to 90',
    example: "all",
  }).default("all"),
  processes: setting(z.int().min(1).max(64), {
    about: "Processes of the worker on each of its nodes",
    must: "be a whole number from 1 to 64",
    example: 1,
  }).default(1),
  stopSeconds: setting(z.int().min(1).max(900), {
    about: "Seconds that a process has after SIGTERM until it is killed",
    must: "be a whole number from 1 to 900",
    example: 30,
  }).default(30),
});

/** The settings of `app.workers`. */
export const workerSettings = setting(z.record(jobName, worker), {
  about: "Commands that run beside the app without a port, by name",
  must: `be a map from names (${jobNameRule}) to settings`,
  example: { mail: { command: "node worker.js" } },
  absent: "none",
}).default({});
