import { isAbsolute, normalize } from "node:path";
import { utils } from "ssh2";
import type { Failure } from "../plugin/plugin";
import { holdsUnknown, isMap, type Values } from "../plugin/values";

type Judge = (property: string, value: unknown) => Failure[];

/** Refuses an invalid value; accepts a value that is not known yet. */
function rule(fit: (value: unknown) => boolean, must: string, shown = JSON.stringify): Judge {
  return (property, value) => {
    if (holdsUnknown(value) || fit(value)) return [];
    return [{ property, reason: `must be ${must}, got ${shown(value) ?? "nothing"}` }];
  };
}

const concealed = (value: unknown) => (value === undefined ? "nothing" : "another value");
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isWhole = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const address = rule(
  (value) => isText(value) && /^[A-Za-z0-9.:_-]+$/.test(value),
  'an address or host name such as "10.0.2.11"',
);
const text = rule(isText, "a text that is not empty");
const content = rule((value) => typeof value === "string", "a text", concealed);
const list = rule(Array.isArray, "a list");
const map = rule(isMap, "a map");
const path = rule(
  (value) =>
    isText(value) && isAbsolute(value) && normalize(value) === value && !/[\0\n]|.\/$/.test(value),
  "an absolute path without . and .. and without a slash at its end, such as /etc/app.conf",
);
const attributes = rule(
  (value) => isText(value) && /^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]* [0-7]{4}$/.test(value),
  'owner, group and four octal digits such as "root:root 0644"',
);
const privateKey = rule(
  (value) => isText(value) && !(utils.parseKey(value) instanceof Error),
  "a private key in OpenSSH or PEM form without a passphrase; take privateKeyOpenssh of a tls.PrivateKey",
  concealed,
);
const digestOf = rule(
  (value) => isText(value) && /^[0-9a-f]{64}$/.test(value),
  "a SHA-256 of 64 hex digits",
);
const optional =
  (judge: Judge): Judge =>
  (property, value) =>
    value === undefined ? [] : judge(property, value);

function connectionProblems(connection: unknown): Failure[] {
  if (holdsUnknown(connection) && !isMap(connection)) return [];
  if (!isMap(connection)) return map("connection", connection);
  const { bastions } = connection;
  return [
    ...address("connection.host", connection.host),
    ...optional(rule((port) => isWhole(port, 1, 65_535), "a port from 1 to 65535"))(
      "connection.port",
      connection.port,
    ),
    ...rule(
      (user) => isText(user) && /^[a-z_][a-z0-9_-]*$/.test(user),
      'a login name such as "webstack"',
    )("connection.user", connection.user),
    ...privateKey("connection.privateKey", connection.privateKey),
    ...list("connection.bastions", bastions),
    ...(Array.isArray(bastions)
      ? bastions.flatMap((bastion, i) => address(`connection.bastions[${i}]`, bastion))
      : []),
    ...optional(rule((seconds) => isWhole(seconds, 1, 7_200), "whole seconds from 1 to 7200"))(
      "connection.connectTimeoutSeconds",
      connection.connectTimeoutSeconds,
    ),
  ];
}

/** Problems of a map from paths to values. */
function pathMap(property: string, value: unknown, judge: Judge): Failure[] {
  if (!isMap(value)) return map(property, value);
  return Object.entries(value).flatMap(([key, member]) => {
    const place = `${property}[${JSON.stringify(key)}]`;
    return [...path(place, key), ...judge(place, member)];
  });
}

function releaseProblems(property: string, release: unknown): Failure[] {
  if (!isMap(release)) return map(property, release);
  const { digest, root, keep, url, archive, runtime, runtimeArchive } = release;
  const isUrl = (value: unknown) => isText(value) && /^https?:\/\/\S+$/.test(value);
  return [
    ...digestOf("release.digest", digest),
    ...path("release.root", root),
    ...rule((value) => isWhole(value, 1, 1_000), "a whole number from 1")("release.keep", keep),
    ...optional(rule(isUrl, "an http or https URL"))("release.url", url),
    ...optional(text)("release.archive", archive),
    ...optional(text)("release.runtimeArchive", runtimeArchive),
    ...optional(runtimeProblems)("release.runtime", runtime),
  ];
}

function runtimeProblems(property: string, runtime: unknown): Failure[] {
  if (!isMap(runtime)) return map(property, runtime);
  return [
    ...digestOf(`${property}.digest`, runtime.digest),
    ...path(`${property}.root`, runtime.root),
  ];
}

/** Problems between properties: every managed file has attributes, and is either text or secret. */
function crossProblems(news: Values): Failure[] {
  const { files, secrets, attributes: given } = news;
  if (!isMap(files) || !isMap(secrets) || !isMap(given)) return [];
  const missing = [...Object.keys(files), ...Object.keys(secrets)].filter((one) => !(one in given));
  const twice = Object.keys(files).filter((one) => one in secrets);
  const place = (one: string) => `[${JSON.stringify(one)}]`;
  return [
    ...missing.map((one) => ({
      property: `attributes${place(one)}`,
      reason: 'must be given for each file and secret file; add it, such as "root:root 0644"',
    })),
    ...twice.map((one) => ({
      property: `secrets${place(one)}`,
      reason: "must not be among files too; leave it out of one of them",
    })),
  ];
}

const known = new Set([
  ...["connection", "node", "role", "packages", "users", "directories", "files", "attributes"],
  ...["checks", "loginFiles", "services", "secrets", "release", "tier", "everyHost"],
]);

/** All problems of the inputs at once; values that are not known yet are not checked. */
export function problemsOf(news: Values): Failure[] {
  const strays = Object.keys(news).filter((key) => !known.has(key));
  const units = Array.isArray(news.services) ? news.services : [];
  return [
    ...strays.map((property) => ({
      property,
      reason: `must be one of ${[...known].join(", ")}; leave it out`,
    })),
    ...connectionProblems(news.connection),
    ...rule(
      (node) => isText(node) && /^[a-z][a-z0-9-]*$/.test(node),
      'a node name such as "web-1"',
    )("node", news.node),
    ...text("role", news.role),
    ...["packages", "users", "checks", "services"].flatMap((key) => list(key, news[key])),
    ...optional(list)("loginFiles", news.loginFiles),
    ...optional(list)("tier", news.tier),
    ...optional(list)("everyHost", news.everyHost),
    ...units.flatMap((unit, i) =>
      isMap(unit) ? text(`services[${i}].unit`, unit.unit) : map(`services[${i}]`, unit),
    ),
    ...pathMap("directories", news.directories, attributes),
    ...pathMap("files", news.files, content),
    ...pathMap("attributes", news.attributes, attributes),
    ...pathMap("secrets", news.secrets, content),
    ...optional(releaseProblems)("release", news.release),
    ...crossProblems(news),
  ];
}
