import type { Config } from "../../../scripts/hostless/hostless-stack";

/**
 * The stack that all edits begin with.
 *
 * @param local what is below `config:` of `Pulumi.local.yaml`.
 * @param app folder of the app.
 */
export function before(local: Config, app: string): Config {
  return {
    ...local,
    "webstack:app": group(local, "app", { path: app }),
    "webstack:db": group(local, "db", { volumeGb: 10 }),
  };
}

/** A group of settings with some of them changed. */
function group(config: Config, name: string, changed: Config): Config {
  return { ...(config[`webstack:${name}`] as Config), ...changed };
}

/** A day on which a line of consent is still valid. */
const soon = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString().slice(0, 10);

/**
 * Typical edits by name.
 *
 * @param base what {@link before} returns.
 * @param otherApp folder of another release of the app.
 */
export function edits(base: Config, otherApp: string): Record<string, Config> {
  const edit = (name: string, changed: Config): Config => ({
    ...base,
    [`webstack:${name}`]: group(base, name, changed),
  });
  const cheaper = { serverType: "cx33" };
  return {
    nothing: base,
    "header-added": edit("web", { headers: { "X-Frame-Options": "DENY" } }),
    "server-type": edit("app", { serverType: "cpx32" }),
    "count-up": edit("web", { count: 3 }),
    "count-down": edit("app", { count: 1 }),
    "count-down-with-consent": {
      ...edit("app", { count: 1 }),
      "webstack:consent": [`delete app-2 until ${soon}`],
    },
    "databases-added": edit("db", { nodes: 5 }),
    "mysql-setting": edit("db", { bufferPoolMib: 256 }),
    "app-release": edit("app", { path: otherApp }),
    "app-variable": edit("app", { env: { LOG_LEVEL: "debug" } }),
    "app-packages": edit("app", { packages: ["imagemagick"] }),
    "region-move": { ...base, "webstack:locations": ["hel1", "fsn1"] },
    certificate: { ...base, "webstack:domains": ["www.example.com"] },
    cost: {
      ...edit("web", cheaper),
      "webstack:app": group(base, "app", cheaper),
      "webstack:loadBalancers": group(base, "loadBalancers", cheaper),
    },
    "volume-grown": edit("db", { volumeGb: 20 }),
    "network-moved": {
      ...edit("network", { ipRange: "10.8.0.0/16" }),
      "webstack:consent": [`replace network until ${soon}`],
    },
    "refused-file": { ...edit("web", { count: "two" }), "webstack:loadBalancer": {} },
    "admin-address": edit("admin", { cidrs: ["198.18.1.1/32", "192.0.2.7/32"] }),
    "admin-user": edit("admin", { user: "alice" }),
  };
}

/** The stack that {@link namedEdits} begin with: two host names with certificates of an authority. */
export function named(base: Config): Config {
  return { ...base, "webstack:domains": ["www.example.com", "shop.example.com"] };
}

/**
 * Edits by name of a stack with host names and HTTPS.
 *
 * @param base what {@link named} returns.
 */
export function namedEdits(base: Config): Record<string, Config> {
  return {
    "https-off": { ...base, "webstack:tls": { mode: "off" } },
    "self-signed": { ...base, "webstack:tls": { mode: "selfSigned" } },
    "domain-removed": { ...base, "webstack:domains": ["www.example.com"] },
  };
}
