import { createHmac } from "node:crypto";
import type { Log } from "./engine-log";
import { ask, type Done, waitForFirstBoot } from "./remote";
import type { Session } from "./session";

/** The host's key is not the pinned one; a retry would fail too. */
export class HostKeyMismatch extends Error {
  constructor(host: string, pinned: string, seen: string | undefined, urn: string) {
    const found = seen === undefined ? "offers no key of the pinned type" : `shows ${brief(seen)}`;
    super(
      `the SSH host key of ${host} is not the one that was pinned at first contact ` +
        `(pinned ${brief(pinned)}, the host ${found}): either the server was rebuilt, or somebody is ` +
        "in between; nothing was sent to it. After a rebuild by `npm run rebuild`, or with the same user data, " +
        "`pulumi up --refresh` pins the new key, which the server then proves; for a server that cannot, " +
        `\`npm run roll\` makes a new one. Its configuration: ${urn}`,
    );
    this.name = "HostKeyMismatch";
  }
}

function brief(key: string): string {
  const [type, data = ""] = key.split(" ");
  return `${type} …${data.slice(-12)}`;
}

/** Type and Base64 data of a key, as in a known_hosts file. */
export function keyText(key: Buffer): string {
  const length = key.readUInt32BE(0);
  return `${key.subarray(4, 4 + length).toString()} ${key.toString("base64")}`;
}

/**
 * Signature algorithms for a pinned key's type, so that a host with several keys presents the pinned
 * one, even after it got further keys. RSA keys sign with SHA-2: RFC 8332.
 */
export function keyAlgorithms(pinned: string): string[] {
  const type = pinned.split(" ")[0]!;
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];
}

/** The host's key cannot be trusted: no machine with the wanted user data has it. Nothing was sent. */
export class HostKeyUnproved extends Error {
  constructor(node: string, reason: string) {
    super(
      `the SSH host key of ${node} is not proved, so nothing was sent to it: ${reason}. Either somebody is in ` +
        "between, or the server was made by other user data than this stack's, such as an earlier release's; " +
        "if so, delete the server in the cloud and run `pulumi up --refresh`, which makes it anew " +
        `(a server in service: npm run roll -- ${node})`,
    );
    this.name = "HostKeyUnproved";
  }
}

/** Answer of `converge prove`: proofs by host key. */
interface Proofs extends Done {
  hostKeys?: Record<string, string>;
}

/** Proof of a host key (type and Base64 data) under the key of the first contact. */
export function proofOf(hostKey: string, firstContactKey: string): string {
  return createHmac("sha256", firstContactKey).update(hostKey).digest("base64url");
}

/**
 * Waits for the first boot, and checks that the host at the other end has the key that the stack's user data
 * brought: only such a host can prove the host key of this connection. Without a key nothing is checked.
 *
 * @throws HostKeyUnproved
 */
export async function firstContact(
  session: Session,
  node: string,
  firstContactKey: string | undefined,
  log: Log,
): Promise<void> {
  await waitForFirstBoot(session, log);
  if (firstContactKey !== undefined) await proveHost(session, node, firstContactKey);
}

/**
 * Checks that the host at the other end of a session has the key that the stack's user data brought.
 *
 * @throws HostKeyUnproved
 */
export async function proveHost(
  session: Session,
  node: string,
  firstContactKey: string,
): Promise<void> {
  const noAnswer = ({ message }: Error): Proofs => ({ ok: false, error: message });
  const { hostKeys = {}, error } = await ask<Proofs>(session, "prove").catch(noAnswer);
  const proof = hostKeys[session.hostKey];
  if (proof === proofOf(session.hostKey, firstContactKey)) return;
  const wrong = proof === undefined ? "it gives no proof of this key" : "its proof is wrong";
  throw new HostKeyUnproved(node, error ?? wrong);
}
