import { allowedEnvironments, allowedOnHosts, ownSecretsOfHosts } from "./allowed";
import type { ScanOrder } from "./scan/result";
import type { Searched } from "./secrets";

/** Folders of a host that are searched: all but the distribution's programs. */
const roots = [
  ...["/etc", "/run", "/var", "/srv", "/tmp", "/home", "/root", "/opt", "/usr/local"],
  ...["/dev/shm", "/boot"],
];

/** Folders that are not searched: kernel file systems, and data of other machines on the same kernel. */
const skip = ["/run/udev", "/var/lib/docker", "/var/lib/containerd", "/var/lib/lxcfs"];

/** URLs of the server's metadata. https://docs.hetzner.cloud/reference/cloud#server-metadata */
export const metadata = ["metadata", "userdata"].map(
  (name) => `http://169.254.169.254/hetzner/v1/${name}`,
);

/** The order for a host: patterns, and where to search. */
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
