import { generatedNotice, text } from "../text";

/** Paths of the rendered files; apt and needrestart read each folder in the order of names. */
export const automaticUpdatePaths = {
  apt: "/etc/apt/apt.conf.d/90webstack",
  needrestart: "/etc/needrestart/conf.d/webstack.conf",
  timer: "/etc/systemd/system/apt-daily-upgrade.timer.d/webstack.conf",
};

/**
 * Beginnings of package names, as Python's `re.match` takes them, of packages that `npm run patch` alone upgrades. A
 * restart of MySQL, HAProxy, Nginx or keepalived on all nodes in the same hours reaches visitors; Node.js and the
 * kernel take effect at the next start, which must be a planned one; systemd restarts the network's daemon, and
 * nftables drops its rules for a moment.
 *
 * Source: `is_pkgname_in_blacklist` of unattended-upgrades 2.9 to 2.12.
 */
export const patchedByHand = [
  ...["mysql-", "haproxy", "nginx", "libnginx-", "keepalived"],
  ...["nodejs", "libnode", "linux-", "systemd", "udev", "netplan", "nftables"],
];

/**
 * Renders apt's settings: security updates of all other packages are installed daily, and no reboot happens. An update
 * that Ubuntu hands out in phases waits for its last phase, so all nodes have the same versions. Lists of apt add up,
 * so the distribution's own lists stay. Source: apt.conf(5), README of unattended-upgrades.
 */
export function aptConf(): string {
  return text`
    ${generatedNotice}
    APT::Periodic::Enable "1";
    APT::Periodic::Update-Package-Lists "1";
    APT::Periodic::Unattended-Upgrade "1";
    APT::Get::Never-Include-Phased-Updates "true";
    Unattended-Upgrade::Automatic-Reboot "false";
    Unattended-Upgrade::InstallOnShutdown "false";
    # These restart services that visitors use, or need a reboot: npm run patch upgrades them, one node at a time.
    Unattended-Upgrade::Package-Blacklist {
      ${patchedByHand.map((name) => `"${name}";`)}
    };
  `;
}

/**
 * Renders needrestart's settings, in Perl: it lists what runs replaced libraries, and restarts nothing. From Ubuntu
 * 24.04 on it otherwise restarts such services after each unattended upgrade, MySQL and the proxies too.
 * Source: https://discourse.ubuntu.com/t/needrestart-changes-in-ubuntu-24-04-service-restarts/44671
 */
export function needrestartConf(): string {
  return text`
    ${generatedNotice}
    $nrconf{restart} = 'l';
    $nrconf{override_rc} = { qr(.) => 0 };
  `;
}

/**
 * Renders a drop-in of the timer of unattended upgrades: each host has its own hour of the day, derived from its
 * machine id, and catches up on nothing at a boot, which may be in the middle of `npm run patch`.
 * Source: systemd.timer(5).
 */
export function upgradeTimer(): string {
  return text`
    ${generatedNotice}
    [Timer]
    OnCalendar=
    OnCalendar=*-*-* 00:00
    RandomizedDelaySec=23h
    FixedRandomDelay=true
    Persistent=false
  `;
}
