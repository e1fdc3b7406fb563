import { z } from "zod";
import { commandWords } from "./command";
import { cronFields, isTimeZone } from "./schedule";
import { setting } from "./setting";

/** Name of a worker or job, which is a part of its unit's name. */
const jobName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
const jobNameRule = "small letters, digits and -, at most 32, a letter first";

/** A command without a port, and so without variables. */
const jobCommand = z
  .string()
  .refine((text) => commandWords(text)?.every((word) => !word.includes("${PORT}")) === true);
const jobCommandRule =
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

const job = z.strictObject({
  command: setting(jobCommand, {
    about: "Command that is run when the job is due, in the directory of the release",
    must: jobCommandRule,
    example: "node report.js",
  }),
  schedule: setting(
    z.string().refine((text) => cronFields(text) !== undefined),
    {
      about: "When it is due: minute, hour, day of month, month and day of week, as in a crontab",
      must:
        "be the five fields of cron, each * or numbers and ranges with commas and steps such as 1-5,9 or */15 (names for months and " +
        "days of week), come due at some time, and have no step over all days beside a limit of the other kind of days",
      example: "30 3 * * mon-fri",
    },
  ),
  timeZone: setting(z.string().refine(isTimeZone), {
    about: "Time zone of the schedule",
    must: "be a present name of the tz database such as Europe/Berlin (America/New_York, not US/Eastern)",
    example: "Europe/Berlin",
  }).default("UTC"),
  timeoutSeconds: setting(z.int().min(1).max(604_800), {
    about: "Seconds after which a run is ended",
    must: "be a whole number from 1 to 604800",
    example: 600,
  }).default(3_600),
});

/** The settings of `app.cron`. */
export const cronSettings = setting(z.record(jobName, job), {
  about: "Commands that are run at given times on one app node, by name",
  must: `be a map from names (${jobNameRule}) to settings`,
  example: { report: { command: "node report.js", schedule: "30 3 * * *" } },
  absent: "none",
}).default({});

/** The settings of `app.workers`. */
export const workerSettings = setting(z.record(jobName, worker), {
  about: "Commands that run beside the app without a port, by name",
  must: `be a map from names (${jobNameRule}) to settings`,
  example: { mail: { command: "node worker.js" } },
  absent: "none",
}).default({});
