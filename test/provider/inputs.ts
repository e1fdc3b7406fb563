import { utils } from "ssh2";

/** A private key for tests, made anew each run. */
export const privateKey = utils.generateKeyPairSync("ed25519").private;

/** Good inputs of a configuration; a test overrides only what it is about. */
export function goodInputs(overrides: Record<string, unknown> = {}) {
  return {
    connection: { host: "10.0.2.11", user: "webstack", privateKey, bastions: ["198.51.100.7"] },
    node: "web-1",
    role: "web",
    packages: ["nginx"],
    users: [],
    directories: { "/srv/app": "root:root 0755" },
    files: { "/etc/nginx/nginx.conf": "events {}\n" },
    attributes: { "/etc/nginx/nginx.conf": "root:root 0644", "/etc/secret.env": "root:root 0600" },
    checks: [],
    services: [{ unit: "nginx.service", reloadFiles: [], restartFiles: [], needs: [] }],
    secrets: { "/etc/secret.env": 'PASSWORD="correct horse battery"\n' },
    ...overrides,
  };
}

/** The text by which the engine marks a value that is not known yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
