import { generateKeyPairSync } from "node:crypto";
import { utils, type ParsedKey } from "ssh2";

/**
 * A key for tests: private in PEM form, public as type and base64 data. Made by Node: of the
 * ed25519 keys that ssh2 1.17.0 makes, it cannot read some itself.
 */
export function madeKey(): { privateKey: string; publicKey: string } {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = pair.privateKey.export({ type: "sec1", format: "pem" }).toString();
  const key = utils.parseKey(pem) as ParsedKey;
  return { privateKey: pem, publicKey: `${key.type} ${key.getPublicSSH().toString("base64")}` };
}

/** A private key for tests, made anew each run. */
export const { privateKey } = madeKey();

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
