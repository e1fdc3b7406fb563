import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { serve } from "../../plugin/protocol";
import { ownState } from "../stand-in/bookkeeping";
import { tableStandIn, type Operations, type Rules } from "../stand-in/table-stand-in";
import type { Values } from "../../plugin/values";
import { pluginVersion } from "../engine/versions";
import type * as Certificates from "./certificates";
import { keyPair } from "./keys";
import { isReadyForRenewal } from "./renewal";
import { tables } from "./table";

function keyAlgorithm(pem: unknown): string {
  const type = createPrivateKey(String(pem)).asymmetricKeyType;
  return type === "ec" ? "ECDSA" : type === "rsa" ? "RSA" : "ED25519";
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** Serial number as a decimal text, which is the id of a certificate. */
function serialOf(pem: string): string {
  return BigInt(`0x${new X509Certificate(pem).serialNumber}`).toString();
}

/** Loaded when the first certificate is made: most runs make none, and it takes its time. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- import() needs another module system
const certificates = () => require("./certificates") as typeof Certificates;

type Made = Promise<{ id: string; outs: Values }>;

const makers: Record<string, (inputs: Values) => Made> = {
  async "tls:index/privateKey:PrivateKey"(inputs) {
    const { algorithm, ecdsaCurve, rsaBits } = inputs as Record<string, never>;
    const forms = keyPair(algorithm!, ecdsaCurve!, rsaBits!);
    return { id: sha1(forms.publicKeyPem), outs: { ...inputs, ...forms } };
  },
  async "tls:index/selfSignedCert:SelfSignedCert"(inputs) {
    const made = await certificates().selfSigned(inputs as never);
    const outs = { ...inputs, ...made, readyForRenewal: false };
    const algorithm = keyAlgorithm(inputs.privateKeyPem);
    return { id: serialOf(made.certPem), outs: { ...outs, keyAlgorithm: algorithm } };
  },
  async "tls:index/certRequest:CertRequest"(inputs) {
    const certRequestPem = await certificates().request(inputs as never);
    const algorithm = keyAlgorithm(inputs.privateKeyPem);
    return {
      id: sha1(certRequestPem),
      outs: { ...inputs, certRequestPem, keyAlgorithm: algorithm },
    };
  },
  async "tls:index/locallySignedCert:LocallySignedCert"(inputs) {
    const made = await certificates().locallySigned(inputs as never);
    const outs = { ...inputs, ...made, readyForRenewal: false };
    const algorithm = keyAlgorithm(inputs.caPrivateKeyPem);
    return { id: serialOf(made.certPem), outs: { ...outs, caKeyAlgorithm: algorithm } };
  },
};

const operations = (type: string): Operations => ({
  create: (inputs) => makers[type]!(inputs),
  read: async (_id, state) =>
    "readyForRenewal" in state
      ? { ...state, readyForRenewal: isReadyForRenewal(state, state, new Date()) }
      : ownState(state),
  update: async (_id, state, inputs) => ({ ...state, ...inputs }),
  delete: async () => undefined,
});

/** A certificate that is to be renewed is replaced. */
const renewed: Rules = {
  changes: ({ state, inputs }, seen) =>
    isReadyForRenewal(state, inputs, new Date())
      ? [...seen, { path: "readyForRenewal", kind: "update", replaces: true }]
      : seen,
};

serve(
  tableStandIn({
    name: "tls",
    version: pluginVersion("tls"),
    tables,
    rules: {
      "tls:index/selfSignedCert:SelfSignedCert": renewed,
      "tls:index/locallySignedCert:LocallySignedCert": renewed,
    },
    operations,
  }),
);
