import { z } from "zod";
import { isCidr } from "./addresses";
import { secretVersion, isSshPublicKey } from "./value-forms";
import { setting } from "./setting";
import { appSettings } from "./app-schema";
import { consentLines } from "./consent";
import { loadBalancerSettings } from "./load-balancer-schema";
import { backupSettings } from "./backups-schema";
import { networkZones } from "./cloud-offer";
import { networkSettings } from "./network-schema";
import { shortSettings } from "./short-settings";
import { domainSettings, tlsSettings } from "./tls-schema";
import { webSettings } from "./web-schema";

/** The settings `admin`. */
const admin = z.strictObject({
  user: setting(z.string().regex(/^(?!root$)[a-z_][a-z0-9_-]{0,30}$/), {
    about:
      "Login name on every node, with sudo and without a password; an edit changes all servers",
    must: "be a Linux user name other than root: small letters, digits, - and _, at most 31",
    example: "webstack",
  }).default("webstack"),
  sshKeys: setting(z.array(z.string().refine(isSshPublicKey)), {
    about:
      "Public keys of people, who may log in besides the stack's own deploy key; an edit changes all servers",
    must: "be a list of OpenSSH public keys, each in one line",
    example: [`ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"E".repeat(43)} you@example.com`],
  }).default([]),
  deployKeyVersion: secretVersion(
    "Number of the stack's own deploy key; 1 more makes a new one, and the old one opens nothing any more",
  ),
  cidrs: setting(z.array(z.string().refine(isCidr)).min(1).max(100), {
    about: "Address blocks from which SSH reaches the load balancers; where `pulumi up` runs too",
    must: "be a list of 1 to 100 address blocks without host bits, such as 192.0.2.7/32",
    example: ["192.0.2.7/32"],
  }),
});

/** A server type by the pattern of known names: cx23, cpx22, cax11, ccx13. */
function serverType(fallback: string, tier: string) {
  return setting(z.string().regex(/^[a-z]{2,6}\d{2,3}$/), {
    about: `Server type of each ${tier} node; a change resizes one server after the other, each with a restart`,
    must: "be a Hetzner server type such as cpx22",
    example: fallback,
  }).default(fallback);
}

/** A number of nodes; the private network accepts 100 attached servers in all. */
function nodeCount(fallback: number, tier: string) {
  return setting(z.int().min(1).max(90), {
    about: `Number of ${tier} nodes`,
    must: "be a whole number from 1 to 90",
    example: fallback,
  }).default(fallback);
}

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
  passwordVersion: secretVersion(
    "Number of the passwords of the database users; 1 more makes new ones, and the databases accept the former ones until the next change",
  ),
  xcomHelp: setting(z.boolean(), {
    about:
      "Whether the supervisors shorten the waits of MySQL's group communication; only with versions that were measured",
    must: "be true or false",
    example: false,
  }).default(true),
});

/** Every `webstack:` setting of a stack file. */
export const settingsSchema = z.strictObject({
  ...shortSettings,
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
  consent: consentLines.default([]),
  tls: tlsSettings.prefault({}),
  admin,
  network: networkSettings.prefault({}),
  loadBalancers: loadBalancerSettings({
    serverType: serverType("cpx12", "load balancer"),
  }).prefault({}),
  web: webSettings({ count: nodeCount(2, "web"), serverType: serverType("cpx12", "web") }).prefault(
    {},
  ),
  app: appSettings({ count: nodeCount(2, "app"), serverType: serverType("cpx22", "app") }).prefault(
    {},
  ),
  db: db.prefault({}),
  backups: backupSettings.optional(),
});

/** The settings as the schema delivers them: checked, defaults filled in. */
export type StackConfig = z.infer<typeof settingsSchema>;
