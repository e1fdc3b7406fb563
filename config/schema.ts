import { z } from "zod";
import { contains, ipv4Block, isCidr, isPrivateBlock } from "./addresses";
import { appSettings } from "./app-schema";
import { networkZones } from "./locations";
import { setting } from "./setting";
import { domainSettings, tlsSettings } from "./tls-schema";

const sshPublicKey =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-[a-z0-9-]+@openssh\.com) [A-Za-z0-9+/]{40,}={0,3}( [^\r\n]*)?$/;

/** Types whose names have been seen: cx23, cpx22, cax11, ccx13. */
function serverType(fallback: string, tier: string) {
  return setting(z.string().regex(/^[a-z]{2,6}\d{2,3}$/), {
    about: `Server type of each ${tier} node; a change resizes in place, with a restart`,
    must: "be a Hetzner server type such as cpx22",
    example: fallback,
  }).default(fallback);
}

/** A number of nodes; the private network takes 100 attached servers in all. */
function nodeCount(fallback: number, tier: string) {
  return setting(z.int().min(1).max(90), {
    about: `Number of ${tier} nodes`,
    must: "be a whole number from 1 to 90",
    example: fallback,
  }).default(fallback);
}

function isApiEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || text.endsWith("/") || url.username || url.search || url.hash) return false;
  // The token travels in a header, so clear text is for the local cloud's own addresses only.
  const local = /^(localhost|127\.\d+\.\d+\.\d+|198\.1[89]\.\d+\.\d+)$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && local);
}

/** True for a private block that holds the four subnets and spares the cloud's own gateway. */
function isNetworkRange(text: string): boolean {
  const block = ipv4Block(text);
  const gateway = ipv4Block("172.31.1.1/32")!;
  return !!block && isPrivateBlock(block) && block.prefix <= 21 && !contains(block, gateway);
}

const admin = z.strictObject({
  user: setting(z.string().regex(/^(?!root$)[a-z_][a-z0-9_-]{0,30}$/), {
    about: "Login name on every node, with sudo and without a password",
    must: "be a Linux user name other than root: small letters, digits, - and _, at most 31",
    example: "webstack",
  }).default("webstack"),
  sshKeys: setting(z.array(z.string().regex(sshPublicKey)), {
    about: "Public keys that may log in besides the stack's own deploy key",
    must: "be a list of OpenSSH public keys, each in one line",
    example: [`ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"E".repeat(43)} you@example.com`],
  }).default([]),
  cidrs: setting(z.array(z.string().refine(isCidr)).min(1).max(100), {
    about: "Address blocks from which SSH reaches the load balancers; where `pulumi up` runs too",
    must: "be a list of 1 to 100 address blocks without host bits, such as 192.0.2.7/32",
    example: ["192.0.2.7/32"],
  }),
});

const loadBalancers = z.strictObject({
  serverType: serverType("cpx12", "load balancer"),
  ipv6: setting(z.boolean(), {
    about: "Whether the stack gets a floating IPv6 network too",
    must: "be true or false",
    example: true,
  }).default(true),
  api: z
    .strictObject({
      endpoint: setting(z.string().refine(isApiEndpoint), {
        about: "Hetzner API as the nodes reach it, to move the floating IP",
        must: "be an https URL without a slash at its end (http only for 127.0.0.0/8 and 198.18.0.0/15)",
        example: "https://api.hetzner.cloud/v1",
      }).default("https://api.hetzner.cloud/v1"),
      token: setting(z.string().regex(/^[A-Za-z0-9]{64}$/), {
        about: "API token with which the floating IP is moved",
        must: "be a Hetzner API token of 64 letters and digits",
        example: "<token>",
        absent: "`hcloud:token`, else the variable HCLOUD_TOKEN",
        secret: true,
      }).optional(),
      tokenOn: setting(z.enum(["brokers", "load-balancers"]), {
        about:
          "Where the token is: on two nodes without a public service that move the floating IP for the load balancers, or on the load balancers themselves",
        must: "be brokers or load-balancers",
        example: "brokers",
      }).default("brokers"),
    })
    .prefault({}),
  tls: z
    .strictObject({
      certificate: setting(
        z.string().regex(/^-----BEGIN CERTIFICATE-----\n[^]+-----END CERTIFICATE-----\s*$/),
        {
          about: "Certificate chain for HTTPS, leaf first",
          must: "be PEM text that begins with -----BEGIN CERTIFICATE-----",
          example: "<PEM>",
          absent: "a self-signed placeholder is made",
        },
      ),
      privateKey: setting(
        z
          .string()
          .regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^]+-----END [A-Z ]*PRIVATE KEY-----\s*$/),
        {
          about: "Private key of that certificate",
          must: "be PEM text that begins with -----BEGIN PRIVATE KEY-----",
          example: "<PEM>",
          absent: "a self-signed placeholder is made",
          secret: true,
        },
      ),
    })
    .optional(),
});

const db = z.strictObject({
  nodes: setting(z.union([1, 3, 5, 7, 9].map((count) => z.literal(count))), {
    about: "Number of MySQL nodes; 3 survive the loss of one, 5 of two",
    must: "be 1, 3, 5, 7 or 9 (Group Replication decides by majority and takes at most nine members)",
    example: 3,
  }).default(3),
  serverType: serverType("cpx22", "database"),
  bufferPoolMib: setting(z.int().min(128).max(1_048_576), {
    about: "MiB of memory that each MySQL keeps data in",
    must: "be a whole number from 128 to 1048576",
    example: 1536,
    absent: "two fifths of the memory of `db.serverType`",
  }).optional(),
  volumeGb: setting(z.int().min(10).max(10_240), {
    about:
      "GB of the volume that holds the data of each MySQL; it may grow, and outlives its server",
    must: "be a whole number from 10 to 10240",
    example: 40,
    absent: "the data is on the server's own disk",
  }).optional(),
  xcomHelp: setting(z.boolean(), {
    about:
      "Whether the supervisors shorten the waits of MySQL's group communication; only with versions that were measured",
    must: "be true or false",
    example: false,
  }).default(true),
});

/** Every `webstack:` setting of a stack file. */
export const settingsSchema = z.strictObject({
  locations: setting(z.array(z.enum(Object.keys(networkZones) as [string])).min(1), {
    about: "Locations over which the nodes of each tier are spread in turn",
    must: `be a list of one or more of ${Object.keys(networkZones).join(", ")}`,
    example: ["nbg1"],
  }).default(["nbg1"]),
  image: setting(z.string().regex(/^[a-z0-9][a-z0-9.-]*$/), {
    about: "Operating system image of every node, for new servers only",
    must: "be the name of an image such as ubuntu-26.04",
    example: "ubuntu-26.04",
  }).default("ubuntu-26.04"),
  ...domainSettings,
  protect: setting(z.boolean(), {
    about: "Whether servers, volumes, addresses and the network refuse to be deleted or rebuilt",
    must: "be true or false",
    example: true,
  }).default(true),
  tls: tlsSettings.prefault({}),
  admin,
  network: z
    .strictObject({
      ipRange: setting(z.string().refine(isNetworkRange), {
        about: "Private network; each tier has a /24 of it",
        must: "be a private IPv4 block of /21 or larger without host bits and without 172.31.1.1",
        example: "10.0.0.0/16",
      }).default("10.0.0.0/16"),
    })
    .prefault({}),
  loadBalancers: loadBalancers.prefault({}),
  web: z
    .strictObject({
      count: nodeCount(2, "web"),
      serverType: serverType("cpx12", "web"),
      maxBodyMib: setting(z.int().min(1).max(10240), {
        about:
          "MiB that the body of a request may have; a web node keeps it on its disk until it is complete",
        must: "be a whole number from 1 to 10240",
        example: 100,
      }).default(10),
    })
    .prefault({}),
  app: appSettings({ count: nodeCount(2, "app"), serverType: serverType("cpx22", "app") }).prefault(
    {},
  ),
  db: db.prefault({}),
});

/** The settings as the schema delivers them: checked, defaults filled in. */
export type StackConfig = z.infer<typeof settingsSchema>;
