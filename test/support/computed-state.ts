import * as pulumi from "@pulumi/pulumi";

/** Begins every secret that the mocks make up, so that a test can search for it. */
export const secretMark = "SECRET";

type State = Record<string, unknown>;

/** A public key on the curve P-256; the thumbprint of an account's key is made of it. */
const anyPublicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE10VlSD69JUKpqeJQ4r1G0AFtAyDt
zgbSOwTAuGVhpjyikG3dbqgZ0meK9i51E78/9QSKz8qXn5AJsdbwwAuTTg==
-----END PUBLIC KEY-----
`;

/** What the providers would compute, per type token. */
const computed: Record<string, (name: string, inputs: State) => State> = {
  "hcloud:index/server:Server": (name) => ({ ipv4Address: `203.0.113.${10 + order(name)}` }),
  "hcloud:index/floatingIp:FloatingIp": (_, { type }) =>
    type === "ipv6"
      ? { ipAddress: "2001:db8:f::", ipNetwork: "2001:db8:f::/64" }
      : { ipAddress: "203.0.113.200" },
  "hcloud:index/networkSubnet:NetworkSubnet": () => ({ gateway: "10.0.0.1" }),
  "hcloud:index/sshKey:SshKey": () => ({ fingerprint: "00:11" }),
  "tls:index/privateKey:PrivateKey": (name) => ({
    privateKeyOpenssh: pulumi.secret(`${secretMark} openssh ${name}\n`),
    privateKeyPem: pulumi.secret(`${secretMark} pem ${name}\n`),
    publicKeyOpenssh: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDeployKeyOf${name.replace(/[^a-z]/g, "")}\n`,
    publicKeyPem: anyPublicKey,
  }),
  "tls:index/selfSignedCert:SelfSignedCert": (name) => ({ certPem: `certificate ${name}\n` }),
  "tls:index/certRequest:CertRequest": (name) => ({ certRequestPem: `request ${name}\n` }),
  "tls:index/locallySignedCert:LocallySignedCert": (name) => ({ certPem: `certificate ${name}\n` }),
  "random:index/randomPassword:RandomPassword": (name) => ({
    result: pulumi.secret(`${secretMark}password${name.replace(/[^a-z0-9]/g, "")}`),
  }),
  "random:index/randomUuid:RandomUuid": () => ({ result: "6f9619ff-8b86-4011-b42d-00c04fc964ff" }),
};

/** What a provider adds to the inputs of a new resource. */
export function computedState(type: string, name: string, inputs: State): State {
  return computed[type]?.(name, inputs) ?? {};
}

/** A small number for a node's name, different for each: lb-1 is 1, lb-2 is 2, web-1 is 21 ... */
function order(name: string): number {
  const [, role, number] = /(lb|web|app|db)-(\d+)/.exec(name) ?? [];
  return ["lb", "web", "app", "db"].indexOf(role ?? "lb") * 20 + Number(number ?? 0);
}
