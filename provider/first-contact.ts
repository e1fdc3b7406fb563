import { createHmac } from "node:crypto";
import type { Log } from "./engine-log";
import { ask, type Done, waitForFirstBoot } from "./remote";
import type { Session } from "./session";

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
