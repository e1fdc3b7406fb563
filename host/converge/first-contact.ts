import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { stateDirectory } from "./directories";

/** Key that the server's user data brought for the first contact; root's alone. */
const keyPath = `${stateDirectory}/first-contact`;

/**
 * Proof that this server was made by its stack's user data: HMAC-SHA-256 of each SSH host key (type and
 * Base64 data) under the key of the first contact, in base64url.
 *
 * @param sshDirectory directory of the SSH host keys.
 * @throws Error if the user data brought no such key.
 */
export function proveHostKeys(sshDirectory = "/etc/ssh"): Record<string, string> {
  if (!existsSync(keyPath)) throw new Error(`${keyPath} does not exist`);
  const key = readFileSync(keyPath, "utf8").trim();
  const files = readdirSync(sshDirectory).filter((name) => /^ssh_host_.*_key\.pub$/.test(name));
  const hostKeys = files.map((name) => {
    const [type, data] = readFileSync(`${sshDirectory}/${name}`, "utf8").split(/\s+/);
    return `${type} ${data}`;
  });
  const proof = (hostKey: string) => createHmac("sha256", key).update(hostKey).digest("base64url");
  return Object.fromEntries(hostKeys.map((hostKey) => [hostKey, proof(hostKey)]));
}
