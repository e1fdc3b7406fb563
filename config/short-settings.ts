import { z } from "zod";
import { contains, ipv4Block } from "./addresses";
import { typesInsteadOfDefaults } from "./cloud-offer";
import { printable } from "./messages";
import { setting } from "./setting";
import { isMap, namespace, type RawSettings } from "./stack-file";

/** Blocks of IPv4 addresses that nobody has, reserved for documentation. Source: RFC 5737. */
export const placeholderBlocks: readonly string[] = [
  "192.0.2.0/24",
  "198.51.100.0/24",
  "203.0.113.0/24",
];

/** Shortest prefix of `adminCidr`: a shorter one is a large part of the internet. */
const leastPrefix = 8;

/** `address` as a block; a block stays as it is. */
function asBlock(address: string): string {
  return address.includes("/") ? address : `${address}/32`;
}

function isAdminCidr(text: string): boolean {
  const block = ipv4Block(asBlock(text));
  if (block === undefined || block.prefix < leastPrefix) return false;
  return !placeholderBlocks.some((outer) => contains(ipv4Block(outer)!, block));
}

/** Server types, numbers of nodes, locations and volumes by size: the profiles of `docs/profiles.md`. */
export const sizes = {
  small: {
    locations: ["nbg1", "fsn1"],
    loadBalancers: { serverType: "cx23" },
    web: { count: 2, serverType: "cx23" },
    app: { count: 2, serverType: "cx23" },
    db: { nodes: 3, serverType: "cx33" },
  },
  standard: {
    locations: ["nbg1", "fsn1"],
    loadBalancers: { serverType: "cpx12" },
    web: { count: 2, serverType: "cpx12" },
    app: { count: 2, serverType: "cpx22" },
    db: { nodes: 3, serverType: "cpx22", volumeGb: 40 },
  },
  // With a third location most of the databases live on when one location is lost.
  large: {
    locations: ["nbg1", "fsn1", "hel1"],
    loadBalancers: { serverType: "cpx22" },
    web: { count: 3, serverType: "cpx22" },
    app: { count: 4, serverType: "cpx32" },
    db: { nodes: 5, serverType: "ccx13", volumeGb: 100 },
  },
} as const satisfies Readonly<Record<string, RawSettings>>;

const sizeNames = Object.keys(sizes) as [keyof typeof sizes];

/** Settings with one plain value in place of groups: what `pulumi new` asks for, and `pulumi config set` without `--path`. */
export const shortSettings = {
  size: setting(z.enum(sizeNames), {
    about:
      "Profile with the locations, the server types, the numbers of nodes and the size of the volumes; each of these that the stack file sets itself stays as set",
    must: `be one of ${sizeNames.join(", ")}`,
    example: "small",
    absent: "each of these settings has its own default",
  }).optional(),
  adminCidr: setting(z.string().refine(isAdminCidr), {
    about:
      "The IPv4 address that you are seen with, or its block, in place of `admin.cidrs` with this block alone",
    must: `be an IPv4 address such as 5.75.1.7, or a block without host bits of at least /${leastPrefix} such as 5.75.1.0/24; no placeholder such as 192.0.2.7`,
    example: "5.75.1.7",
    absent: "`admin.cidrs` is required",
  }).optional(),
};

/** Stands in for an address that is missing or not valid; the program then ends with its problems. */
const unusedBlocks = ["127.0.0.1/32"];

/**
 * The names in `domains`: a list as it is, a text with one or several names as a list; undefined for a blank text. A text
 * with other characters than names have stays whole: it may be a misplaced private key, which messages would not
 * recognize in parts.
 */
export function namesIn(domains: unknown): unknown {
  if (typeof domains !== "string" || !/^[a-z0-9.*,\s-]*$/.test(domains)) return domains;
  const names = domains.split(/[\s,]+/).filter((name) => name !== "");
  return names.length === 0 ? undefined : names;
}

/** The blocks from which SSH is allowed: of `admin.cidrs` as written, or else that of a valid `adminCidr`. */
export function adminBlocks({ admin, adminCidr }: RawSettings): unknown {
  const cidrs = isMap(admin) ? admin.cidrs : undefined;
  if (cidrs !== undefined || typeof adminCidr !== "string") return cidrs;
  return isAdminCidr(adminCidr) ? [asBlock(adminCidr)] : undefined;
}

/**
 * The settings of a stack file with those groups filled in that its short settings stand for. A group of another shape
 * than a map stays as it is: the schema reports it. An unusable `adminCidr` fills in a block that is never used, so
 * that `adminCidr` is reported and not the missing group; so does a missing address, which
 * {@link shortProblems} reports.
 */
export function spelledOut(written: RawSettings): RawSettings {
  const raw = { ...written };
  delete raw.domains;
  const domains = namesIn(written.domains);
  const { admin = {} } = written;
  const lacksCidrs = isMap(admin) && admin.cidrs === undefined;
  return {
    ...sized(raw),
    ...(domains === undefined ? {} : { domains }),
    ...(lacksCidrs ? { admin: { ...admin, cidrs: adminBlocks(written) ?? unusedBlocks } } : {}),
  };
}

/** The settings with those of the size that they lack. */
function sized(raw: RawSettings): RawSettings {
  const { size } = raw;
  if (typeof size !== "string" || !Object.hasOwn(sizes, size)) return raw;
  const { locations, ...tiers } = sizes[size as keyof typeof sizes];
  const places = raw.locations === undefined ? locations : raw.locations;
  // Without a type, the check of default types asks for one that is sold there.
  const isAbroad =
    Array.isArray(places) && places.some((one) => Object.hasOwn(typesInsteadOfDefaults, one));
  const filled = Object.entries(tiers).map(([tier, { serverType, ...own }]) => {
    const found = raw[tier] ?? {};
    const known = { ...own, ...(isAbroad ? {} : { serverType }) };
    return [tier, isMap(found) ? { ...known, ...found } : found];
  });
  return { ...raw, locations: places, ...Object.fromEntries(filled) };
}

/** Problems of an address that is missing, or that the short setting and its group both have. */
export function shortProblems({ admin, adminCidr }: RawSettings): string[] {
  const lacksCidrs = admin === undefined || (isMap(admin) && admin.cidrs === undefined);
  if (lacksCidrs && adminCidr === undefined) {
    return [
      `${namespace}:adminCidr must be set where admin.cidrs is not, got nothing; ` +
        `store the address that you are seen with: pulumi config set ${namespace}:adminCidr <address>`,
    ];
  }
  if (lacksCidrs || adminCidr === undefined || !isMap(admin)) return [];
  return [
    `${namespace}:adminCidr must be absent with admin.cidrs, got ${printable(adminCidr)}; ` +
      "keep the blocks in admin.cidrs alone",
  ];
}

/** Prefixes of the providers' own settings, which a project may have as its name. */
const providers: readonly string[] = ["hcloud", "host", "random", "tls"];

/**
 * Problems of the project's name, which `pulumi new` asks for: it is a label of every resource of the cloud, and no
 * prefix of settings.
 *
 * @param all the engine's texts by key.
 * Source of the rule for labels: https://docs.hetzner.cloud/reference/cloud#labels
 */
export function projectProblems(project: string, all: Readonly<Record<string, unknown>>): string[] {
  const isOwn = ![namespace, ...providers].includes(project);
  const stray = Object.keys(all).filter((key) => isOwn && key.startsWith(`${project}:`));
  return [
    ...(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(project)
      ? []
      : [
          `name in Pulumi.yaml must be 1 to 63 letters, digits, -, _ and . that begin and end with a letter or a digit, ` +
            `got ${printable(project)}; choose another name`,
        ]),
    ...stray.map(
      (key) =>
        `${key} must have the prefix ${namespace}:, got that of the project; ` +
        `rename it to ${namespace}:${key.slice(project.length + 1)} in the stack file`,
    ),
  ];
}
