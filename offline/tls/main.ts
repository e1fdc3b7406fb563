import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { pluginVersion } from "../plugins";
import { locallySigned, request, selfSigned } from "./certificates";
import { keyPair } from "./keys";

type Values = Record<string, never>;

function keyAlgorithm(pem: string): string {
  const type = createPrivateKey(pem).asymmetricKeyType;
  return type === "ec" ? "ECDSA" : type === "rsa" ? "RSA" : "ED25519";
}

/** Outputs of the tls plugin that have a value when the input is absent. */
const certificateDefaults = {
  earlyRenewalHours: 0,
  isCaCertificate: false,
  readyForRenewal: false,
  setAuthorityKeyId: false,
  setSubjectKeyId: false,
};

async function create(type: string, inputs: Values): Promise<{ id: string; outs: object }> {
  switch (type) {
    case "tls:index/privateKey:PrivateKey": {
      const withDefaults = { ecdsaCurve: "P224", rsaBits: 2048, ...inputs } as never as {
        algorithm: string;
        ecdsaCurve: string;
        rsaBits: number;
      };
      const { algorithm, ecdsaCurve, rsaBits } = withDefaults;
      const forms = keyPair(algorithm, ecdsaCurve, rsaBits);
      const id = createHash("sha1").update(forms.publicKeyPem).digest("hex");
      return { id, outs: { ...withDefaults, ...forms } };
    }
    case "tls:index/selfSignedCert:SelfSignedCert": {
      const outs = { ...certificateDefaults, ...(await selfSigned(inputs as never)) };
      const algorithm = keyAlgorithm(inputs.privateKeyPem!);
      return { id: serial(), outs: { ...outs, ...inputs, keyAlgorithm: algorithm } };
    }
    case "tls:index/certRequest:CertRequest": {
      const certRequestPem = await request(inputs as never);
      const algorithm = keyAlgorithm(inputs.privateKeyPem!);
      const id = createHash("sha1").update(certRequestPem).digest("hex");
      return { id, outs: { ...inputs, certRequestPem, keyAlgorithm: algorithm } };
    }
    case "tls:index/locallySignedCert:LocallySignedCert": {
      const outs = { ...certificateDefaults, ...(await locallySigned(inputs as never)) };
      const algorithm = keyAlgorithm(inputs.caPrivateKeyPem!);
      return { id: serial(), outs: { ...outs, ...inputs, caKeyAlgorithm: algorithm } };
    }
    default:
      throw new Error(`the stand-in for the tls plugin does not know ${type}`);
  }
}

function serial(): string {
  return BigInt(`0x${randomBytes(16).toString("hex")}`).toString();
}

function typeOf(urn: string): string {
  return urn.split("::")[2]!.split("$").at(-1)!;
}

/** Inputs whose change does not replace: they say when to renew, not what is made. */
const inPlace = new Set(["earlyRenewalHours"]);

const provider: Provider = {
  version: pluginVersion("tls"),
  check: async (_urn, _olds, news) => ({ inputs: news, failures: [] }),
  diff: async (_id, _urn, olds, news) => {
    const changed = Object.keys(news).filter((key) => !isDeepStrictEqual(olds[key], news[key]));
    return { changes: changed.length > 0, replaces: changed.filter((key) => !inPlace.has(key)) };
  },
  create: async (urn, inputs) => create(typeOf(urn), inputs),
  read: async (id, _urn, props) => ({ id, props }),
  update: async (_id, _urn, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => undefined,
};

void main(provider, process.argv.slice(2));
