import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import { programPath, type Bundle } from "../bundle";
import { privateEgressPaths } from "../private-egress/service";
import { type FirstEgress, firstPackages } from "./first-packages";
import { packedFiles, unpackCommand, type WrittenFile } from "./packed-files";

/** Path of the settings, which a boot writes anew; its name sorts after those of netplan, which begin with `10-`. */
const settingsPath = "/run/systemd/network/90-webstack-private.network";

/** Hetzner's own program for private interfaces in images without cloud-init 25.3, which runs a DHCP client of its own. */
const hcUtils = "/usr/lib/udev/rules.d/81-hc-network-interfaces.rules";

/**
 * Settings of an interface that no other file names. They are those that cloud-init gives a private interface, and
 * Hetzner's private interfaces alone have such an address. Source: systemd.network(5), DataSourceHetzner of cloud-init.
 */
const settings = [
  ...["[Match]", "Property=ID_NET_NAME_MAC=enx86*"],
  ...["[Network]", "DHCP=ipv4"],
  ...["[DHCPv4]", "UseMTU=yes", "RouteMetric=100"],
];

/**
 * Command for cloud-init's `bootcmd` that has systemd-networkd configure a private interface that comes during the boot.
 *
 * The provider attaches a server with a public side to the network after its start. cloud-init reads the interfaces at
 * the begin of a boot, and installs its rule for later ones at the end of the first boot, behind the packages and
 * converge: what comes between has no address until the next boot ("devices which are added during boot might not be
 * configured", manual of cloud-init's module `install_hotplug`). The command runs at each boot; the image's own settings,
 * once there are some, go before these.
 *
 * At that time of a boot systemd-networkd may be starting, and there is no D-Bus, which `networkctl` needs: the job waits
 * for the start and then reloads the settings (systemd.service(5), `Type=notify-reload`). Without systemd-networkd
 * nothing happens.
 */
const lateInterfaceCommand: readonly string[] = [
  "/bin/sh",
  "-c",
  [
    "umask 022",
    `test ! -e ${hcUtils} || exit 0`,
    `mkdir -p ${settingsPath.slice(0, settingsPath.lastIndexOf("/"))}`,
    `printf '%s\\n' ${settings.map((line) => `'${line}'`).join(" ")} > ${settingsPath}`,
    "systemctl --no-block try-reload-or-restart systemd-networkd.service || true",
  ].join("; "),
];

/** Arguments of {@link cloudConfig}. */
export interface CloudConfigArgs {
  /** Login name with sudo. */
  adminUser: string;
  /** The stack's own OpenSSH public key, for its login after a first boot that failed. */
  deployKey: string;
  /** Key with which the server proves its SSH host key at the first contact; worth nothing afterwards. */
  firstContactKey: string;
  /** The node's bundle, without secrets and without values known only after creation. */
  bundle: Bundle;
  /** The way out of a node without a public address. @default the node has a public address */
  egress?: FirstEgress | undefined;
}

/** Largest user data that Hetzner accepts, bytes. Source: API reference, `user_data`. */
export const maxUserDataBytes = 32 * 1024;

/** Upper bound of rendered user data, bytes; the rest of Hetzner's limit is for what later versions add. */
export const targetUserDataBytes = 30 * 1024;

/** Program that waits for the way out and installs packages, on a node without a public address. */
const firstPackagesPath = "/var/lib/webstack/first-packages";

/** Path of the first contact's key on a host; read by `host/converge/first-contact.ts`. */
const firstContactPath = "/var/lib/webstack/first-contact";

/**
 * Renders `#cloud-config` for a node: the login, the packages, converge with the bundle, and converge's
 * first run. Modules: https://cloudinit.readthedocs.io/en/latest/reference/modules.html
 *
 * @throws Error with the size of each part if the document is larger than 30 KiB.
 */
export function cloudConfig(args: CloudConfigArgs): string {
  const { adminUser, deployKey, firstContactKey, bundle, egress } = args;
  const converge = bundle.files[programPath("converge")];
  if (!converge) throw new Error("the bundle must hold the program converge");
  // The document holds converge itself already, so the bundle omits it.
  const files = Object.fromEntries(
    Object.entries(bundle.files).filter(
      ([path]) => path !== programPath("converge") && !comesLater(bundle, path),
    ),
  );
  const parts = [
    packedFiles({
      [programPath("converge")]: [converge.content, 0o644],
      "/var/lib/webstack/bundle.json": [`${JSON.stringify({ ...bundle, files })}\n`, 0o600],
    }),
    packed(firstContactPath, `${firstContactKey}\n`, "0600"),
    ...(egress ? beforeConverge(bundle, egress) : []),
  ];
  const document = `#cloud-config\n${stringify(
    {
      hostname: bundle.node,
      fqdn: bundle.node,
      manage_etc_hosts: true,
      ssh_pwauth: false,
      disable_root: true,
      users: [
        {
          name: adminUser,
          shell: "/bin/bash",
          sudo: "ALL=(ALL) NOPASSWD:ALL",
          lock_passwd: true,
          ssh_authorized_keys: [deployKey],
        },
      ],
      ...(egress ? {} : withPublicSide(bundle)),
      write_files: parts,
      runcmd: [
        ...(egress ? [["/bin/sh", firstPackagesPath]] : []),
        [...unpackCommand],
        ["/usr/bin/node", programPath("converge"), "boot"],
      ],
    },
    { version: "1.1", lineWidth: 0 },
  )}`;
  return checkedSize(bundle.node, document, parts);
}

/** A server with a public side joins the private network while it boots, and reaches the mirrors at once. */
function withPublicSide({ packages }: Bundle): object {
  return { bootcmd: [[...lateInterfaceCommand]], package_update: true, packages };
}

/**
 * True for the program of a service that cannot run without its secrets, and for a program that only
 * operators run: the first configuration over SSH delivers these. The supervisor alone would take
 * half of the user data.
 */
function comesLater({ services, secretFiles }: Bundle, path: string): boolean {
  const users = services.filter(({ restartFiles }) => restartFiles.includes(path));
  const waits = users.every(({ needs }) => needs.some((need) => need in secretFiles));
  return path.startsWith(dirname(programPath("converge"))) && waits;
}

/** Files that the way out needs before converge, which needs packages, writes them again; and the program that waits. */
function beforeConverge({ files, packages }: Bundle, egress: FirstEgress): WrittenFile[] {
  const { network, resolvers } = privateEgressPaths;
  return [
    ...[network, resolvers].map((path) => packed(path, files[path]!.content, "0644")),
    packed(firstPackagesPath, firstPackages(packages, egress), "0600"),
  ];
}

function packed(path: string, content: string, permissions: string): WrittenFile {
  const zipped = gzipSync(Buffer.from(content), { level: 9 });
  // Byte 9 names the operating system that compressed; 255, "unknown", gives the same bytes on every system.
  zipped[9] = 255;
  const encoded = zipped.toString("base64");
  return encoded.length < content.length
    ? { path, permissions, encoding: "gz+b64", content: encoded }
    : { path, permissions, content };
}

function checkedSize(node: string, document: string, parts: readonly WrittenFile[]): string {
  const bytes = Buffer.byteLength(document);
  if (bytes <= targetUserDataBytes) return document;
  const sizes = parts.map(({ path, content }) => `${path} ${Buffer.byteLength(content)}`);
  throw new Error(
    `user data of ${node} must be at most ${targetUserDataBytes} bytes, got ${bytes}: ${sizes.join(", ")}`,
  );
}
