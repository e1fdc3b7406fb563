/** Control groups of a process, from what `/proc/<pid>/cgroup` says (cgroups(7)). */
export interface ControlGroups {
  /** Path of the group in the tree of a controller of version 1, such as `/docker/ab`; undefined: there is no such tree. */
  of(controller: string): string | undefined;
  /** Path of the host's group in the unified tree of version 2; undefined: there is none. */
  unified: string | undefined;
}

/** Reads them. */
export function controlGroupsOf(text: string): ControlGroups {
  const groups = text.split("\n").map((line) => line.split(":"));
  return {
    of: (controller) =>
      groups.find(([, controllers]) => controllers?.split(",").includes(controller))?.[2],
    // systemd in the host moves itself into a group of its own.
    unified: groups.find(([hierarchy]) => hierarchy === "0")?.[2]?.replace(/\/init\.scope$/, ""),
  };
}
