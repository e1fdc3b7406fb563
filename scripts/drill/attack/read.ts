/**
 * System users by unit, from `systemctl show -p Id -p User`; units of root are left out.
 *
 * @param shown blocks of lines `Id=…` and `User=…`, with an empty line between two.
 */
export function usersOfUnits(shown: string): Record<string, string> {
  const blocks = shown.split(/\n\s*\n/).map((block) => {
    const [, id] = /^Id=(.+)$/m.exec(block) ?? [];
    const [, user] = /^User=(.+)$/m.exec(block) ?? [];
    return { id, user };
  });
  return Object.fromEntries(
    blocks.flatMap(({ id, user }) => (id && user && user !== "root" ? [[id, user]] : [])),
  );
}

/** The service that a process belongs to, from its `/proc/<pid>/cgroup`; undefined: none. */
export function unitOf(cgroup: string): string | undefined {
  const [, path = ""] = /^(?:0:|\d+:name=systemd):(.*)$/m.exec(cgroup) ?? [];
  // A service may have groups below its own.
  return path.split("/").find((part) => part.endsWith(".service"));
}

/** Names of users by number, from a `passwd` file. */
export function namesOf(passwd: string): Map<number, string> {
  const lines = passwd.split("\n").map((line) => line.split(":"));
  return new Map(lines.flatMap(([name, , uid]) => (name && uid ? [[Number(uid), name]] : [])));
}

/**
 * Users as which a host is attacked: the users of the bundle's units, those to which these units' processes change, and
 * `nobody`.
 *
 * @param byUnit result of {@link usersOfUnits}.
 * @param processes unit and user of each process.
 */
export function attackers(
  units: readonly string[],
  byUnit: Readonly<Record<string, string>>,
  processes: readonly { unit: string | undefined; user: string | undefined }[],
): string[] {
  const changed = processes.flatMap(({ unit, user }) =>
    unit !== undefined && user !== undefined && units.includes(unit) ? [user] : [],
  );
  const all = [...Object.values(byUnit), ...changed, "nobody"];
  return [...new Set(all)].filter((user) => user !== "root").sort();
}

/** Programs with a set-user-ID or set-group-ID bit that packages of Debian and Ubuntu bring, by name. */
const setuidPrograms: readonly string[] = [
  ...["at", "chage", "chfn", "chsh", "crontab", "dbus-daemon-launch-helper", "dotlockfile"],
  ...["expiry", "fusermount3", "gpasswd", "mount", "newgrp", "ntfs-3g", "pam_extrausers_chkpwd"],
  ...["passwd", "pkexec", "plocate", "polkit-agent-helper-1", "snap-confine", "ssh-agent"],
  ...["ssh-keysign", "su", "sudo", "sudo-rs", "su-rs", "umount", "unix_chkpwd", "utempter", "wall"],
  ...["write", "write.ul", "bsd-write", "mount.nfs", "mlocate", "login"],
];

/** The programs among these whose bit is not known of any package. `unpackaged`: programs of no package. */
export function unknownPrograms(paths: readonly string[], unpackaged: readonly string[]): string[] {
  return paths.filter(
    (path) =>
      unpackaged.includes(path) || !setuidPrograms.includes(path.slice(path.lastIndexOf("/") + 1)),
  );
}
