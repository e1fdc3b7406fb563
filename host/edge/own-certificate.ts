import { X509Certificate } from "node:crypto";

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
