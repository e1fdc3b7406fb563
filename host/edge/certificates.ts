import { renameSync, writeFileSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { readRenewalRequests, withRenewalRequests } from "../acme/plan";

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

/** Content of `/etc/webstack/edge-certificate.json`, which exists only with `tls.mode: pem`. */
interface OwnCertificate {
  /** Path of the PEM file, leaf first. */
  certificate: string;
  /** Host names of the stack; none: the stack accepts every host name. */
  names: string[];
}

/** How long before its end an operator should renew a certificate, milliseconds, at most. */
const mostNoticeMs = 30 * 24 * 3_600_000;

/**
 * Report on the certificate of the stack file, in the form of the ACME client's. The certificate is to be renewed when
 * a third of its life is left, or 30 days if that is less.
 *
 * @param settings content of `/etc/webstack/edge-certificate.json`; undefined: the stack has no such certificate.
 * @param read returns a file's content; undefined for a missing file.
 * @returns undefined without such a certificate, or before its file is there.
 */
export function ownCertificateStatus(
  settings: string | undefined,
  read: (path: string) => string | undefined,
): { orders: false; names: Record<string, object> } | undefined {
  if (settings === undefined) return undefined;
  const { certificate, names } = JSON.parse(settings) as OwnCertificate;
  const pem = read(certificate);
  if (pem === undefined) return undefined;
  const leaf = new X509Certificate(pem);
  const [beginMs, endMs] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  const iso = (ms: number) => new Date(ms).toISOString();
  const report = {
    isOwn: true,
    validFrom: iso(beginMs),
    validUntil: iso(endMs),
    renewAfter: iso(endMs - Math.min((endMs - beginMs) / 3, mostNoticeMs)),
    issuer: leaf.issuer.replaceAll("\n", ", "),
  };
  const all = names.length > 0 ? names : ["every name"];
  return { orders: false, names: Object.fromEntries(all.map((name) => [name, report])) };
}
