import { z } from "zod";
import { setting } from "./setting";

/** The settings of the app's processes on each node. */
export const processSettings = {
  processes: setting(z.int().min(1).max(64), {
    about: "Processes of the app on each node",
    must: "be a whole number from 1 to 64",
    example: 2,
    absent: "one for each core of `app.serverType`, and at least 2 unless they share a port",
  }).optional(),
  sharesPort: setting(z.boolean(), {
    about:
      "Whether the processes share one port by themselves (SO_REUSEPORT) and drain on SIGTERM; otherwise each gets a port of its own behind a balancer",
    must: "be true or false",
    example: false,
    absent: "`false`, for the sample app `true`",
  }).optional(),
  affinity: setting(z.enum(["none", "client"]), {
    about:
      "Whether all requests of one client's address go to one process, as programs need that keep state in a process (`client`), or each to the least busy one",
    must: "be none or client",
    example: "client",
  }).default("none"),
  trialSeconds: setting(z.int().min(0).max(600), {
    about:
      "Seconds for which all processes of a release that never ran must stay up on the first app node before the next node gets it",
    must: "be a whole number from 0 to 600",
    example: 30,
  }).default(30),
  notifies: setting(z.boolean(), {
    about:
      "Whether the app tells systemd that it is ready, and at least every 8 seconds that it lives (sd_notify)",
    must: "be true or false",
    example: false,
    absent: "`false`, for the sample app `true`",
  }).optional(),
};

/** A request path without characters that have a meaning in HAProxy's or systemd's files. */
const requestPath = /^\/[A-Za-z0-9\-._~/?=&:@+,]*$/;

/** The settings of the health check of the app. */
export const healthSettings = z.strictObject({
  path: setting(z.string().max(200).regex(requestPath), {
    about: "Path that answers `GET` when a process of the app works",
    must: "be a path that begins with / and holds letters, digits and -._~/?=&:@+, only, at most 200",
    example: "/healthz",
    absent: "`/`, for the sample app `/readyz`",
  }).optional(),
  status: setting(z.int().min(200).max(499), {
    about: "Status that the answer must have when a process starts",
    must: "be a whole number from 200 to 499",
    example: 200,
    absent: "any from 200 to 399",
  }).optional(),
  timeoutSeconds: setting(z.int().min(1).max(900), {
    about: "Seconds after its start until a process that does not answer so is a failure",
    must: "be a whole number from 1 to 900",
    example: 60,
  }).default(60),
});
