import "reflect-metadata";
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { extendedKeyUsages, keyUsageFlags } from "./usages";

x509.cryptoProvider.set(webcrypto as never);

/** The subject of a certificate. */
export interface Subject {
  commonName?: string;
  country?: string;
  emailAddress?: string;
  locality?: string;
  organization?: string;
  organizationalUnit?: string;
  postalCode?: string;
  province?: string;
  serialNumber?: string;
  streetAddresses?: string[];
}

/** The names in a certificate or a request. */
export interface Names {
  subject?: Subject;
  dnsNames?: string[];
  ipAddresses?: string[];
  uris?: string[];
}

/** Properties that all certificates have. */
export interface CertificateOptions {
  validityPeriodHours: number;
  allowedUses: string[];
  isCaCertificate?: boolean;
  /** -1 = no limit. */
  maxPathLength?: number;
  setSubjectKeyId?: boolean;
}

function subjectName(subject: Subject = {}): x509.Name {
  const parts: [string, string | undefined][] = [
    ["C", subject.country],
    ["ST", subject.province],
    ["L", subject.locality],
    ...(subject.streetAddresses ?? []).map((line): [string, string] => ["2.5.4.9", line]),
    ["2.5.4.17", subject.postalCode],
    ["O", subject.organization],
    ["OU", subject.organizationalUnit],
    ["CN", subject.commonName],
    ["2.5.4.5", subject.serialNumber],
    ["E", subject.emailAddress],
  ];
  return new x509.Name(parts.flatMap(([key, value]) => (value ? [{ [key]: [value] }] : [])));
}

async function importKeys(pem: string) {
  const privateKey = createPrivateKey(pem);
  const type = privateKey.asymmetricKeyType;
  const curve = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" }[
    privateKey.asymmetricKeyDetails?.namedCurve ?? ""
  ];
  const algorithm =
    type === "ec"
      ? { name: "ECDSA", namedCurve: curve, hash: "SHA-256" }
      : type === "rsa"
        ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
        : { name: "Ed25519" };
  const { subtle } = webcrypto;
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return {
    privateKey: await subtle.importKey("pkcs8", pkcs8, algorithm as never, true, ["sign"]),
    publicKey: await subtle.importKey("spki", spki, algorithm as never, true, ["verify"]),
    algorithm,
  };
}

function alternativeNames({ dnsNames = [], ipAddresses = [], uris = [] }: Names) {
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ...uris.map((value) => ({ type: "url" as const, value })),
  ];
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

/** Extensions that say what the certificate is good for, and the id of its key where it has one. */
async function usages(wish: CertificateOptions, publicKey: unknown): Promise<x509.Extension[]> {
  const { allowedUses, isCaCertificate = false, maxPathLength = -1, setSubjectKeyId } = wish;
  const flags = keyUsageFlags(allowedUses);
  const extended = extendedKeyUsages(allowedUses);
  const pathLength = isCaCertificate && maxPathLength >= 0 ? maxPathLength : undefined;
  const withKeyId = isCaCertificate || setSubjectKeyId;
  return [
    new x509.BasicConstraintsExtension(isCaCertificate, pathLength, true),
    ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
    ...(withKeyId ? [await x509.SubjectKeyIdentifierExtension.create(publicKey as never)] : []),
  ];
}

function validity({ validityPeriodHours }: CertificateOptions) {
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  return { notBefore, notAfter: new Date(notBefore.getTime() + validityPeriodHours * 3_600_000) };
}

const pem = (text: string) => `${text.trim()}\n`;
const serialNumber = () => `00${randomBytes(15).toString("hex")}`;

/** Outputs of every certificate. */
export interface IssuedCertificate {
  certPem: string;
  validityStartTime: string;
  validityEndTime: string;
}

/** A time in the form of RFC 3339, without fractions, which a certificate has not. */
const inSeconds = (time: Date) => time.toISOString().replace(/\.\d+Z$/, "Z");

function made(certificate: x509.X509Certificate): IssuedCertificate {
  return {
    certPem: pem(certificate.toString("pem")),
    validityStartTime: inSeconds(certificate.notBefore),
    validityEndTime: inSeconds(certificate.notAfter),
  };
}

/** A certificate that its own key signs. */
export async function selfSigned(
  wish: CertificateOptions & Names & { privateKeyPem: string; setAuthorityKeyId?: boolean },
): Promise<IssuedCertificate> {
  const { privateKey, publicKey, algorithm } = await importKeys(wish.privateKeyPem);
  const authority = wish.setAuthorityKeyId
    ? [await x509.AuthorityKeyIdentifierExtension.create(publicKey as never)]
    : [];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subjectName(wish.subject),
    ...validity(wish),
    keys: { privateKey, publicKey } as never,
    signingAlgorithm: algorithm as never,
    extensions: [...(await usages(wish, publicKey)), ...authority, ...alternativeNames(wish)],
  });
  return made(certificate);
}

/** A request for a certificate. */
export async function request(wish: Names & { privateKeyPem: string }): Promise<string> {
  const { privateKey, publicKey, algorithm } = await importKeys(wish.privateKeyPem);
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(wish.subject),
    keys: { privateKey, publicKey } as never,
    signingAlgorithm: algorithm as never,
    extensions: alternativeNames(wish),
  });
  return pem(made.toString("pem"));
}

/** Key id of the authority as its own certificate has it, as Go's crypto/x509 does: verifiers compare the two. */
function authorityKeyId(authority: x509.X509Certificate): x509.Extension[] {
  const own = authority.getExtension(x509.SubjectKeyIdentifierExtension);
  return own ? [new x509.AuthorityKeyIdentifierExtension(own.keyId)] : [];
}

/** A certificate that an authority signs. */
export async function locallySigned(
  wish: CertificateOptions & { certRequestPem: string; caPrivateKeyPem: string; caCertPem: string },
): Promise<IssuedCertificate> {
  const authority = new x509.X509Certificate(wish.caCertPem);
  const { privateKey, algorithm } = await importKeys(wish.caPrivateKeyPem);
  const certRequest = new x509.Pkcs10CertificateRequest(wish.certRequestPem);
  const names = certRequest.getExtension("2.5.29.17");
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: certRequest.subjectName,
    issuer: authority.subjectName,
    ...validity(wish),
    publicKey: certRequest.publicKey,
    signingKey: privateKey as never,
    signingAlgorithm: algorithm as never,
    extensions: [
      ...(await usages(wish, certRequest.publicKey)),
      ...authorityKeyId(authority),
      ...(names ? [names] : []),
    ],
  });
  return made(certificate);
}
