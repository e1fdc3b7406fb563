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
export const lateInterfaceCommand: readonly string[] = [
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
