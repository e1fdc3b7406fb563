import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { printable, redacted } from "./messages";

/** Form of a certificate chain and of its key in PEM. */
export const pemForms = {
  certificate: /^-----BEGIN CERTIFICATE-----\n[^]+-----END CERTIFICATE-----\s*$/,
  privateKey: /^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^]+-----END [A-Z ]*PRIVATE KEY-----\s*$/,
} as const;

const dayMs = 24 * 3_600_000;
/** How long before its end a certificate that an operator renews should be renewed, milliseconds, at most. */
const mostNoticeMs = 30 * dayMs;

const keys = {
  certificate: "webstack:loadBalancers.tls.certificate",
  privateKey: "webstack:loadBalancers.tls.privateKey",
} as const;

/** What {@link ownCertificateProblems} judges: raw settings of any shape. */
export interface RawCertificate {
  certificate?: unknown;
  privateKey?: unknown;
}

/**
 * Problems of `loadBalancers.tls` that no passing of time causes: a text that is no certificate, another certificate's
 * key, a missing name. The dates are no problem but a warning: an expired certificate must not block each other edit of
 * a running stack. Texts of another form are left to the schema.
 *
 * @param names host names of the stack, for each of which the certificate must be.
 * @param isSeed true if the certificate only bridges the time until an authority's: then one of the names is enough.
 */
export function ownCertificateProblems(
  { certificate, privateKey }: RawCertificate,
  names: readonly string[],
  isSeed: boolean,
): string[] {
  if (typeof certificate !== "string" || !pemForms.certificate.test(certificate)) return [];
  const leaf = leafOf(certificate);
  if (leaf === undefined) {
    return [
      `${keys.certificate} must be a certificate chain, leaf first, got ${redacted(certificate)} that is none; paste the chain as the authority issued it`,
    ];
  }
  return [
    ...chainProblems(certificate),
    ...keyProblems(leaf, privateKey),
    ...hostProblems(leaf, names, isSeed),
  ];
}

/** HAProxy refuses a file with a damaged certificate, whichever it is of the chain. */
function chainProblems(chain: string): string[] {
  const all = chain.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  const damaged = all.findIndex((one) => leafOf(one) === undefined);
  if (damaged < 0) return [];
  return [
    `${keys.certificate} must be a chain of whole certificates, got a damaged one in place ${damaged + 1}; paste the chain as the authority issued it`,
  ];
}

function leafOf(certificate: string): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate);
  } catch {
    return undefined;
  }
}

function keyProblems(leaf: X509Certificate, privateKey: unknown): string[] {
  if (typeof privateKey !== "string" || !pemForms.privateKey.test(privateKey)) return [];
  const store = `pulumi config set --secret --path '${keys.privateKey}'`;
  let key: KeyObject;
  try {
    key = createPrivateKey(privateKey);
  } catch {
    return [
      `${keys.privateKey} must be a private key without a passphrase, got ${redacted(privateKey)} that cannot be read; store the key with: ${store}`,
    ];
  }
  if (leaf.checkPrivateKey(key)) return [];
  return [
    `${keys.privateKey} must be the key of the first certificate in loadBalancers.tls.certificate, got another key; paste the chain leaf first, or store its key with: ${store}`,
  ];
}

function hostProblems(leaf: X509Certificate, names: readonly string[], isSeed: boolean): string[] {
  // Browsers ignore the common name.
  const lacking = names.filter((name) => !leaf.checkHost(name, { subject: "never" }));
  if (lacking.length === 0 || (isSeed && lacking.length < names.length)) return [];
  return [
    `${keys.certificate} must be for ${isSeed ? "one" : "each"} of domains, got one for ${printable(leaf.subjectAltName)} without ${lacking.map(printable).join(", ")}; paste a certificate for that name, or remove the name`,
  ];
}

/**
 * What an operator should know about the dates of `loadBalancers.tls.certificate`, a sentence; undefined: nothing.
 * A certificate should be renewed when a third of its life is left, or 30 days if that is less.
 */
export function ownCertificateWarning(certificate: string, now: Date): string | undefined {
  const leaf = leafOf(certificate);
  if (leaf === undefined) return undefined;
  const [beginMs, endMs] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  const iso = (ms: number) => new Date(ms).toISOString();
  const leftMs = endMs - now.getTime();
  const paste = "paste a new one, with its key";
  if (leftMs <= 0) return `${keys.certificate} has expired at ${iso(endMs)}; ${paste}`;
  if (now.getTime() < beginMs)
    return `${keys.certificate} is not valid before ${iso(beginMs)}; wait until then, or ${paste}`;
  if (leftMs > Math.min((endMs - beginMs) / 3, mostNoticeMs)) return undefined;
  return `${keys.certificate} expires at ${iso(endMs)}, in ${Math.floor(leftMs / dayMs)} days; ${paste}`;
}
