import { z } from "zod";
import { setting } from "./setting";

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
