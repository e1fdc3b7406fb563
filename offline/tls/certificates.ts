import "reflect-metadata";
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto as never);

/** Who a certificate is for. */
export interface Subject {
  commonName?: string;
  organization?: string;
  organizationalUnit?: string;
  country?: string;
}

/** What certificates have in common. */
export interface CertificateWish {
  validityPeriodHours: number;
  allowedUses: string[];
  isCaCertificate?: boolean;
}

const keyUsages: Record<string, x509.KeyUsageFlags> = {
  digital_signature: x509.KeyUsageFlags.digitalSignature,
  content_commitment: x509.KeyUsageFlags.nonRepudiation,
  key_encipherment: x509.KeyUsageFlags.keyEncipherment,
  data_encipherment: x509.KeyUsageFlags.dataEncipherment,
  key_agreement: x509.KeyUsageFlags.keyAgreement,
  cert_signing: x509.KeyUsageFlags.keyCertSign,
  crl_signing: x509.KeyUsageFlags.cRLSign,
};
const extendedUsages: Record<string, string> = {
  server_auth: x509.ExtendedKeyUsage.serverAuth,
  client_auth: x509.ExtendedKeyUsage.clientAuth,
};

function subjectName(subject: Subject | undefined): x509.Name {
  const parts: [string, string | undefined][] = [
    ["C", subject?.country],
    ["O", subject?.organization],
    ["OU", subject?.organizationalUnit],
    ["CN", subject?.commonName],
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

function alternativeNames(dnsNames: readonly string[] = [], ipAddresses: readonly string[] = []) {
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
  ];
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

function usages({ allowedUses, isCaCertificate = false }: CertificateWish): x509.Extension[] {
  const flags = allowedUses.reduce((all, use) => all | (keyUsages[use] ?? 0), 0);
  const extended = allowedUses.flatMap((use) => extendedUsages[use] ?? []);
  return [
    new x509.BasicConstraintsExtension(isCaCertificate, undefined, true),
    ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
  ];
}

function validity({ validityPeriodHours }: CertificateWish) {
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  return { notBefore, notAfter: new Date(notBefore.getTime() + validityPeriodHours * 3_600_000) };
}

const pem = (text: string) => `${text.trim()}\n`;
const serialNumber = () => `00${randomBytes(15).toString("hex")}`;

/** Outputs of every certificate. */
export interface MadeCertificate {
  certPem: string;
  validityStartTime: string;
  validityEndTime: string;
}

function made(certificate: x509.X509Certificate): MadeCertificate {
  return {
    certPem: pem(certificate.toString("pem")),
    validityStartTime: certificate.notBefore.toISOString(),
    validityEndTime: certificate.notAfter.toISOString(),
  };
}

/** A certificate that its own key signs. */
export async function selfSigned(
  wish: CertificateWish & {
    privateKeyPem: string;
    subject?: Subject;
    dnsNames?: string[];
    ipAddresses?: string[];
  },
): Promise<MadeCertificate> {
  const { privateKey, publicKey, algorithm } = await importKeys(wish.privateKeyPem);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subjectName(wish.subject),
    ...validity(wish),
    keys: { privateKey, publicKey } as never,
    signingAlgorithm: algorithm as never,
    extensions: [...usages(wish), ...alternativeNames(wish.dnsNames, wish.ipAddresses)],
  });
  return made(certificate);
}

/** A request for a certificate. */
export async function request(wish: {
  privateKeyPem: string;
  subject?: Subject;
  dnsNames?: string[];
  ipAddresses?: string[];
}): Promise<string> {
  const { privateKey, publicKey, algorithm } = await importKeys(wish.privateKeyPem);
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(wish.subject),
    keys: { privateKey, publicKey } as never,
    signingAlgorithm: algorithm as never,
    extensions: alternativeNames(wish.dnsNames, wish.ipAddresses),
  });
  return pem(made.toString("pem"));
}

/** A certificate that an authority signs. */
export async function locallySigned(
  wish: CertificateWish & { certRequestPem: string; caPrivateKeyPem: string; caCertPem: string },
): Promise<MadeCertificate> {
  const authority = new x509.X509Certificate(wish.caCertPem);
  const { privateKey, algorithm } = await importKeys(wish.caPrivateKeyPem);
  const asked = new x509.Pkcs10CertificateRequest(wish.certRequestPem);
  const names = asked.getExtension("2.5.29.17");
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: asked.subjectName,
    issuer: authority.subjectName,
    ...validity(wish),
    publicKey: asked.publicKey,
    signingKey: privateKey as never,
    signingAlgorithm: algorithm as never,
    extensions: [
      ...usages(wish),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey as never),
      ...(names ? [names] : []),
    ],
  });
  return made(certificate);
}
