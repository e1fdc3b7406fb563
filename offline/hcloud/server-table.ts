import { createHash } from "node:crypto";
import { computed, optional, replaced, type Table } from "../stand-in/table";
import { labels, name, off, removedDatacenter, text } from "./properties";

/** User data as the official plugin keeps it in its state: Base64 of the SHA-1. */
export function userDataHash(userData: string): string {
  return createHash("sha1").update(userData).digest("base64");
}

/** User data as its hash; what is one already stays: 20 bytes in Base64. */
export function hashedUserData(value: unknown): string {
  return /^[A-Za-z0-9+/]{27}=$/.test(String(value)) ? String(value) : userDataHash(String(value));
}

/** The type `hcloud:index/server:Server`. */
export const server: Table = {
  half: "sdk",
  autoNamed: true,
  properties: {
    name,
    serverType: text,
    image: replaced(
      computed("string", { refuse: (v) => (v === "" ? "image must not be empty" : undefined) }),
    ),
    location: replaced(computed("string")),
    datacenter: removedDatacenter,
    userData: replaced(optional("string", { comparable: hashedUserData })),
    sshKeys: replaced(optional("list")),
    labels,
    // Like `publicNets`: its diff is suppressed and nothing is read back where it was never set.
    networks: optional("set", {
      onlyWhenGiven: true,
      members: {
        networkId: computed("int"),
        subnetId: optional("string"),
        ip: computed("string"),
        aliasIps: computed("set"),
      },
    }),
    publicNets: optional("set", {
      onlyWhenGiven: true,
      members: {
        ipv4Enabled: optional("bool", { default: true }),
        ipv4: computed("int"),
        ipv6Enabled: optional("bool", { default: true }),
        ipv6: computed("int"),
      },
    }),
    firewallIds: computed("set"),
    placementGroupId: optional("int"),
    backups: off,
    deleteProtection: off,
    rebuildProtection: off,
    ignoreRemoteFirewallIds: off,
    shutdownBeforeDeletion: off,
    allowDeprecatedImages: optional("bool"),
    keepDisk: off,
    iso: optional("string"),
    rescue: optional("string"),
  },
  outputs: [
    "ipv4Address",
    "ipv6Address",
    "ipv6Network",
    "status",
    "backupWindow",
    "primaryDiskSize",
  ],
};
