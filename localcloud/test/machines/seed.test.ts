import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { MachineSpec, PrivateNic } from "../../machines/driver";
import { metadataDocuments, seedFiles } from "../../machines/seed";

const spec: MachineSpec = {
  id: 42,
  name: "web-1",
  image: "debian-13",
  userData: "#cloud-config\npackages: []\n",
  sshKeys: [{ name: "me", publicKey: "ssh-ed25519 AAAA\n" }],
  publicNic: { mac: "96:00:00:00:00:01", ipv4: { ip: "198.18.0.10" } },
  cores: 2,
  memoryGb: 4,
  diskGb: 40,
  location: "hel1",
  networkZone: "eu-central",
  labels: {},
};

const nic: PrivateNic = {
  networkId: 5,
  networkName: "private",
  ip: "10.0.1.2",
  aliasIps: ["10.0.1.9"],
  mac: "86:00:00:00:00:01",
  networkIpRange: "10.0.0.0/16",
  subnetIpRange: "10.0.1.0/24",
  gateway: "10.0.0.1",
  interfaceNumber: 1,
};

describe("the seed of a host", () => {
  it("names the host and its keys, and leaves its network alone", () => {
    const seed = seedFiles(spec);
    expect(Object.keys(seed).sort()).toEqual([
      "meta-data",
      "network-config",
      "user-data",
      "vendor-data",
    ]);
    expect(parse(seed["meta-data"]!)).toEqual({
      "instance-id": "42",
      "local-hostname": "web-1",
      "public-keys": ["ssh-ed25519 AAAA me"],
    });
    expect(parse(seed["network-config"]!)).toEqual({ version: 2, ethernets: {} });
  });

  it("hands user data through byte for byte", () => {
    expect(seedFiles(spec)["user-data"]).toBe(spec.userData);
    expect(seedFiles({ ...spec, userData: undefined })["user-data"]).toBe("");
  });

  it("sets a password only if there is one", () => {
    const vendor = (wanted: MachineSpec) => {
      const text = seedFiles(wanted)["vendor-data"]!;
      expect(text).toMatch(/^#cloud-config\n/);
      return parse(text);
    };
    expect(vendor(spec)).toEqual({ manage_etc_hosts: true });
    expect(vendor({ ...spec, rootPassword: "secret" }).chpasswd).toEqual({
      expire: true,
      users: [{ name: "root", password: "secret", type: "text" }],
    });
  });
});

describe("the metadata service", () => {
  it("has the documents that Hetzner's has", () => {
    const documents = metadataDocuments(spec, [nic]);
    expect(documents["metadata/hostname"]).toBe("web-1");
    expect(documents["metadata/instance-id"]).toBe("42");
    expect(documents["metadata/public-ipv4"]).toBe("198.18.0.10");
    expect(documents["metadata/region"]).toBe("eu-central");
    expect(documents.userdata).toBe(spec.userData);
    expect(parse(documents.metadata!)).toMatchObject({
      hostname: "web-1",
      "instance-id": 42,
      region: "eu-central",
      "public-keys": ["ssh-ed25519 AAAA me"],
    });
  });

  it("lists the private networks", () => {
    expect(parse(metadataDocuments(spec, [nic])["metadata/private-networks"]!)).toEqual([
      {
        ip: "10.0.1.2",
        alias_ips: ["10.0.1.9"],
        interface_num: 1,
        mac_address: "86:00:00:00:00:01",
        network_id: 5,
        network_name: "private",
        network: "10.0.0.0/16",
        subnet: "10.0.1.0/24",
        gateway: "10.0.0.1",
      },
    ]);
    expect(parse(metadataDocuments(spec, [])["metadata/private-networks"]!)).toEqual([]);
  });

  it("has no public address where there is none", () => {
    const hidden = { ...spec, publicNic: undefined };
    expect(metadataDocuments(hidden, [])["metadata/public-ipv4"]).toBe("");
  });
});
