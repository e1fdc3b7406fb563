import { z } from "zod";
import { ownWebEgress } from "./network-schema";
import { rawLines, rawRule } from "./value-forms";
import { setting } from "./setting";

/** A path without characters that have a meaning to Nginx; not `/`, for which the other settings are. */
const path = z
  .string()
  .max(200)
  .regex(/^(\/[A-Za-z0-9\-._~]+)+\/?$/)
  .refine((text) => !/\/\.{1,2}(\/|$)/.test(text))
  .refine((text) => !/^\/(assets|healthz)\/?$/.test(text));

const maxPaths = 50;

/** True for at most 50 paths, no two of which are equal; a slash at the end makes no difference. */
function areApart(paths: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(paths).map((name) => name.replace(/\/$/, ""));
  return names.length <= maxPaths && new Set(names).size === names.length;
}

const answerTimeoutSeconds = z.int().min(1).max(3600);
const maxBodyMib = z.int().min(1).max(10_240);

const pathSettings = z.strictObject({
  answerTimeoutSeconds: answerTimeoutSeconds.optional(),
  maxBodyMib: maxBodyMib.optional(),
  buffering: z.boolean().optional(),
});

/** Headers that describe a connection or the framing of a body; only HAProxy can set them correctly. */
const framing =
  /^(connection|content-encoding|content-length|date|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
const headerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/)
  .refine((name) => !framing.test(name));
/** Printable ASCII without blanks at the ends; the value is quoted, so no character has a meaning to HAProxy. */
const headerValue = z
  .string()
  .max(2000)
  .regex(/^[!-~]([ -~]*[!-~])?$/);
const maxHeaderBytes = 4000;

/** The text between `location` and `{`. */
const locationMatch = z
  .string()
  .max(200)
  .regex(/^((=|~\*?|\^~) )?[^\s{};"'#]+$/);

/** The settings of the web tier, for visitors' requests; the caller passes the settings that all tiers share. */
export function webSettings<Shared extends z.ZodRawShape>(shared: Shared) {
  return z.strictObject({
    ...shared,
    maxBodyMib: setting(maxBodyMib, {
      about: "MiB that the body of a request may have",
      must: "be a whole number from 1 to 10240",
      example: 100,
    }).default(10),
    answerTimeoutSeconds: setting(answerTimeoutSeconds, {
      about: "Seconds that an answer may take to begin, and may pause",
      must: "be a whole number from 1 to 3600",
      example: 120,
    }).default(30),
    idleTimeoutSeconds: setting(z.int().min(1).max(86_400), {
      about: "Seconds that a WebSocket may be silent",
      must: "be a whole number from 1 to 86400",
      example: 7200,
    }).default(3600),
    brotli: setting(z.boolean(), {
      about:
        "Whether Nginx compresses with brotli too, with the distribution's modules; hosts of the local cloud have none",
      must: "be true or false",
      example: true,
    }).default(false),
    headers: setting(
      z
        .record(headerName, headerValue)
        .refine((headers) => JSON.stringify(headers).length <= maxHeaderBytes),
      {
        about: "Headers of every answer, also of errors; a header that an answer has already stays",
        must:
          "be a map from names of headers that are not about the connection or the form of the body to texts of " +
          `printed ASCII characters in one line, at most 2000 each and ${maxHeaderBytes} in all`,
        example: { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" },
      },
    ).default({}),
    egress: ownWebEgress,
    locations: setting(z.record(locationMatch, rawLines), {
      about:
        "Locations of Nginx by what they match, as lines of its configuration; `nginx -t` checks them on each host",
      must: `be a map from what stands between location and {, such as = /old, to ${rawRule}`,
      example: { "= /old": "return 301 /new;" },
    }).default({}),
    nginxSnippet: setting(rawLines, {
      about:
        "Lines of Nginx's configuration in the context of the server; `nginx -t` checks them on each host",
      must: `be ${rawRule}`,
      example: "error_page 502 504 /sorry.html;",
      absent: "none",
    }).optional(),
    paths: setting(z.record(path, pathSettings).refine(areApart), {
      about: "What is different at a path and below it; the longest path that fits counts",
      must:
        `be a map from up to ${maxPaths} paths such as /api/export (letters, digits and -._~/, each once, not /, /assets or /healthz) to maps that take ` +
        "answerTimeoutSeconds (1 to 3600), maxBodyMib (1 to 10240) and buffering (true or false)",
      example: {
        "/api/export": { answerTimeoutSeconds: 600, maxBodyMib: 2048, buffering: false },
      },
    }).default({}),
  });
}
