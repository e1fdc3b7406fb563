import { ownCertificateWarning } from "../config/own-certificate";
import { type Finding, findingsOf } from "./finding";

const { ok, warning } = findingsOf("certificate");

/**
 * Warns of a certificate of the stack file that ends soon, has ended, or is not valid yet. No date makes an `up` fail.
 *
 * @param own certificate chain of the stack file, leaf first, PEM. @default the stack file has none: no finding
 */
export function ownCertificateFindings(own: string | undefined, now: Date): Finding[] {
  if (own === undefined) return [];
  const [, text, fix] = /^(.*); ([^;]+)$/.exec(ownCertificateWarning(own, now) ?? "") ?? [];
  return text === undefined
    ? [ok("the certificate of the stack file is valid")]
    : [warning(text, fix)];
}
