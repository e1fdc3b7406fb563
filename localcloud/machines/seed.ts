import { stringify } from "yaml";
import type { MachineSpec, PrivateNic } from "./driver";

const yaml = { version: "1.1", lineWidth: 0 } as const;

/**
 * Files of the NoCloud seed. The true data source cannot be used in a container: cloud-init does
 * not read DMI there (`cloudinit/dmi.py`).
 */
export function seedFiles(spec: MachineSpec): Record<string, string> {
  return {
    "meta-data": stringify(
      {
        "instance-id": String(spec.id),
        "local-hostname": spec.name,
        "public-keys": spec.sshKeys.map(({ publicKey, name }) => `${publicKey.trim()} ${name}`),
      },
      yaml,
    ),
    "user-data": spec.userData ?? "",
    "vendor-data": `#cloud-config\n${stringify({ manage_etc_hosts: true, ...password(spec) }, yaml)}`,
    "network-config": stringify({ version: 2, ethernets: {} }, yaml),
  };
}

function password({ rootPassword }: MachineSpec): object {
  if (rootPassword === undefined) return {};
  return {
    chpasswd: { expire: true, users: [{ name: "root", password: rootPassword, type: "text" }] },
  };
}

/** Documents of the metadata service below `/hetzner/v1/`, by path. */
export function metadataDocuments(
  spec: MachineSpec,
  privateNics: readonly PrivateNic[],
): Record<string, string> {
  const networks = stringify(
    privateNics.map((nic) => ({
      ip: nic.ip,
      alias_ips: nic.aliasIps,
      interface_num: nic.interfaceNumber,
      mac_address: nic.mac,
      network_id: nic.networkId,
      network_name: nic.networkName,
      network: nic.networkIpRange,
      subnet: nic.subnetIpRange,
      gateway: nic.gateway,
    })),
    yaml,
  );
  const ipv4 = spec.publicNic?.ipv4?.ip ?? "";
  return {
    metadata: stringify(
      {
        "availability-zone": `${spec.location}-dc1`,
        hostname: spec.name,
        "instance-id": spec.id,
        "local-ipv4": "",
        "public-ipv4": ipv4,
        region: spec.networkZone,
        "public-keys": spec.sshKeys.map(({ publicKey, name }) => `${publicKey.trim()} ${name}`),
      },
      yaml,
    ),
    "metadata/hostname": spec.name,
    "metadata/instance-id": String(spec.id),
    "metadata/public-ipv4": ipv4,
    "metadata/private-networks": networks,
    "metadata/availability-zone": `${spec.location}-dc1`,
    "metadata/region": spec.networkZone,
    userdata: spec.userData ?? "",
  };
}
