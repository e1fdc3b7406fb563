import * as pulumi from "@pulumi/pulumi";
import { baseBundle } from "../services/base-system/base-bundle";
import { brokerPort, brokerUser } from "../services/broker/broker-bundle";
import { type Bundle, type BundlePart, mergeBundles } from "../services/bundle";
import { cloudConfig } from "../services/first-boot/cloud-config";
import { moverUser } from "../services/edge-haproxy/lb-units";
import type { FirewallArgs } from "../services/host-firewall/nftables-conf";
import type { PlannedNode, Role } from "../topology";
import type { Server } from "./server";

/** What the configurations of all hosts share. */
export interface HostSettings {
  /** Login name with sudo. */
  adminUser: string;
  /** OpenSSH public keys of that login. */
  adminKeys: pulumi.Input<string[]>;
  /** Subnet of each tier with prefix. */
  subnetCidrs: Readonly<Record<Role, string>>;
  /** Names of the nodes that have the API token; none: the load balancers have it themselves. */
  brokers: readonly string[];
  /** Programs of the hosts by name, each as one text. */
  programs: Readonly<Record<string, string>>;
}

/** A server together with the state it is to be brought to. */
export interface ConfiguredHost {
  /** The server. */
  server: Server;
  /** Its whole state without secrets. */
  bundle: pulumi.Input<Bundle>;
  /** Contents of its secret files by path; secrets. */
  secrets: Record<string, pulumi.Input<string>>;
}

/** Whole state of a node: what every node has and what its tier adds. */
export function hostBundle(
  node: PlannedNode,
  host: HostSettings,
  part: BundlePart,
  peerIp?: string,
): Bundle {
  const base = baseBundle({
    node: node.name,
    role: node.role,
    privateIp: node.privateIp,
    adminUser: host.adminUser,
    firewall: firewall(node, host, peerIp),
    programs: host.programs,
  });
  // The firewall names the user, so it is there from the first boot on.
  const users = isBroker(node, host) ? [{ name: brokerUser, home: "/nonexistent" }] : [];
  return mergeBundles(node.name, node.role, base, part, { users });
}

function isBroker(node: PlannedNode, { brokers }: HostSettings): boolean {
  return brokers.includes(node.name);
}

function firewall(
  node: PlannedNode,
  host: HostSettings,
  peerIp: string | undefined,
): Omit<FirewallArgs, "role"> {
  return {
    subnets: host.subnetCidrs,
    ...(peerIp ? { peerIp } : {}),
    ...(isBroker(node, host) ? { brokerPort, apiUser: brokerUser } : {}),
    ...(node.role === "lb" ? { askingUser: moverUser } : {}),
    ...(node.role === "lb" && host.brokers.length === 0 ? { apiUser: moverUser } : {}),
  };
}

/** The cloud-config with which a node boots for the first time. */
export function userData(host: HostSettings, bundle: pulumi.Input<Bundle>): pulumi.Output<string> {
  return pulumi
    .all([host.adminKeys, bundle])
    .apply(([adminKeys, state]) =>
      cloudConfig({ adminUser: host.adminUser, adminKeys, bundle: state }),
    );
}
