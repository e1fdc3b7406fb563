import { optional, replaced, required, type Property, type Table } from "../stand-in/table";

const text = replaced(optional("string"));
const off = replaced(optional("bool", { default: false }));
const texts = replaced(optional("list"));

/** Uses that a certificate may allow. Source: registry documentation of `allowedUses`. */
export const certificateUses = [
  "any_extended",
  "cert_signing",
  "client_auth",
  "code_signing",
  "content_commitment",
  "crl_signing",
  "data_encipherment",
  "decipher_only",
  "digital_signature",
  "email_protection",
  "encipher_only",
  "ipsec_end_system",
  "ipsec_tunnel",
  "ipsec_user",
  "key_agreement",
  "key_encipherment",
  "microsoft_commercial_code_signing",
  "microsoft_kernel_code_signing",
  "microsoft_server_gated_crypto",
  "netscape_server_gated_crypto",
  "ocsp_signing",
  "server_auth",
  "timestamping",
];

function refuseUses(value: unknown): string | undefined {
  const stranger = (value as unknown[]).find(
    (use) => typeof use === "string" && !certificateUses.includes(use),
  );
  if (stranger === undefined) return undefined;
  return `allowedUses must be of ${certificateUses.join(", ")}, got ${JSON.stringify(stranger)}`;
}

const subject = replaced(
  optional("object", {
    members: {
      commonName: optional("string"),
      country: optional("string"),
      emailAddress: optional("string"),
      locality: optional("string"),
      organization: optional("string"),
      organizationalUnit: optional("string"),
      postalCode: optional("string"),
      province: optional("string"),
      serialNumber: optional("string"),
      streetAddresses: optional("list"),
    },
  }),
);

/** What is named in a certificate. */
const names = { dnsNames: texts, ipAddresses: texts, uris: texts, subject };

/** How a certificate is made. */
const certificate: Readonly<Record<string, Property>> = {
  allowedUses: replaced(required("list", { refuse: refuseUses })),
  validityPeriodHours: replaced(required("int")),
  isCaCertificate: off,
  setSubjectKeyId: off,
  maxPathLength: replaced(optional("int", { default: -1 })),
  // In place: it says when to renew, not what is made.
  earlyRenewalHours: optional("int", { default: 0 }),
};

const certificateOutputs = ["certPem", "readyForRenewal", "validityStartTime", "validityEndTime"];

/** Inputs of every type, as the official plugin treats them. */
export const tables: Readonly<Record<string, Table>> = {
  "tls:index/privateKey:PrivateKey": {
    half: "framework",
    schemaVersion: 1,
    properties: {
      algorithm: replaced(required("string", { oneOf: ["RSA", "ECDSA", "ED25519"] })),
      ecdsaCurve: replaced(
        optional("string", { default: "P224", oneOf: ["P224", "P256", "P384", "P521"] }),
      ),
      rsaBits: replaced(optional("int", { default: 2048 })),
    },
    outputs: [
      "privateKeyOpenssh",
      "privateKeyPem",
      "privateKeyPemPkcs8",
      "publicKeyFingerprintMd5",
      "publicKeyFingerprintSha256",
      "publicKeyOpenssh",
      "publicKeyPem",
    ],
    secrets: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"],
  },
  "tls:index/selfSignedCert:SelfSignedCert": {
    half: "framework",
    properties: { ...certificate, ...names, privateKeyPem: text, setAuthorityKeyId: off },
    outputs: [...certificateOutputs, "keyAlgorithm"],
    secrets: ["privateKeyPem"],
  },
  "tls:index/certRequest:CertRequest": {
    half: "framework",
    properties: { ...names, privateKeyPem: text },
    outputs: ["certRequestPem", "keyAlgorithm"],
    secrets: ["privateKeyPem"],
  },
  "tls:index/locallySignedCert:LocallySignedCert": {
    half: "framework",
    properties: {
      ...certificate,
      caCertPem: replaced(required("string")),
      caPrivateKeyPem: text,
      certRequestPem: replaced(required("string")),
    },
    outputs: [...certificateOutputs, "caKeyAlgorithm"],
    secrets: ["caPrivateKeyPem"],
  },
};
