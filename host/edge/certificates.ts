import { renameSync, writeFileSync } from "node:fs";
import { readRenewalRequests, withRenewalRequests } from "../acme/renewal-requests";
import { ownCertificateStatus } from "./own-certificate";

const acmeConfig = "/etc/webstack/acme.json";
const acmeReport = "/run/webstack-acme/status.json";
const ownCertificate = "/etc/webstack/edge-certificate.json";

/** Returns a file's content; undefined for a missing file. */
type Read = (path: string) => string | undefined;

/** Report on this node's certificates for visitors; undefined for a stack that has only placeholder certificates. */
export function certificatesReport(read: Read): object | undefined {
  // The ACME client's report stays when a stack changes to a certificate of its own.
  const own = ownCertificateStatus(read(ownCertificate), read);
  const ordered = own === undefined ? read(acmeReport) : undefined;
  return ordered === undefined ? own : (JSON.parse(ordered) as object);
}

/**
 * Asks the ACME client of this node for new certificates; no name stands for all.
 *
 * @throws Error for a stack that orders no certificates, or a name that is not the stack's.
 */
export function requestRenewal(read: Read, names: readonly string[], nowMs: number): void {
  const text = read(acmeConfig);
  if (text === undefined)
    throw new Error("this stack orders no certificates (tls.mode is not acme)");
  const { domains, renewals } = JSON.parse(text) as { domains: string[]; renewals: string };
  const requests = withRenewalRequests(readRenewalRequests(renewals), names, domains, nowMs);
  writeFileSync(`${renewals}.new`, JSON.stringify(requests), { mode: 0o644 });
  renameSync(`${renewals}.new`, renewals);
}
