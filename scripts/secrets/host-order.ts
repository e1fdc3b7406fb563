import { allowedEnvironments, allowedOnHosts, ownSecretsOfHosts } from "./allowed";
import type { ScanOrder } from "./scan/result";
import type { Searched } from "./secrets";

/** Folders of a host that are read: all but the distribution's programs. */
const roots = [
  ...["/etc", "/run", "/var", "/srv", "/tmp", "/home", "/root", "/opt", "/usr/local"],
  ...["/dev/shm", "/boot"],
];

/** No place of the stack's: devices' data, and what other machines on the same kernel keep. */
const skip = ["/run/udev", "/var/lib/docker", "/var/lib/containerd", "/var/lib/lxcfs"];

/** URLs with what a server is told. https://docs.hetzner.cloud/reference/cloud#server-metadata */
export const metadata = ["metadata", "userdata"].map(
  (name) => `http://169.254.169.254/hetzner/v1/${name}`,
);

/** All that a host is searched for, and where. */
export function hostOrder({ patterns, secrets }: Searched): ScanOrder {
  return {
    patterns: patterns.map(({ bytes, secret, form }) => [bytes.toString("base64"), secret, form]),
    secrets: secrets.length,
    files: allowedOnHosts,
    environments: allowedEnvironments,
    own: ownSecretsOfHosts,
    roots,
    skip,
    proc: "/proc",
    commands: [
      { place: "unit", words: ["systemctl", "show", "--no-pager", "*"] },
      { place: "unit", words: ["systemctl", "show-environment"] },
      { place: "journal", words: ["journalctl", "--no-pager", "--all", "-o", "export"] },
    ],
    metadata,
  };
}
