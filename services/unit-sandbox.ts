/**
 * Sandbox of a host program that uses the network and runs as its own user.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
 */
export const networkedSandbox: readonly string[] = [
  "NoNewPrivileges=yes",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "CapabilityBoundingSet=",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  "SystemCallFilter=@system-service",
  "OOMScoreAdjust=-800",
];

/** The kernel's settings, modules, log and clock are out of reach. */
export const kernelSandbox: readonly string[] = [
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectKernelTunables=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
];

/** A process gets no other personality, namespace, real-time priority, set-user-ID file or architecture. */
export const processSandbox: readonly string[] = [
  "LockPersonality=yes",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
];

/** Further restrictions for a host program whose files other users read. */
export const closedSandbox: readonly string[] = [
  "ProtectProc=invisible",
  "ProcSubset=pid",
  ...kernelSandbox,
  "PrivateIPC=yes",
  "RemoveIPC=yes",
  ...processSandbox,
  "SystemCallFilter=~@privileged @resources",
];

/** Further restrictions for a program that only computes, and at most reads and writes its own directory. */
export const computingSandbox: readonly string[] = ["UMask=0027", ...closedSandbox];

/**
 * Sandbox of a packaged daemon that starts as root, without its capabilities and address families. A system
 * call that is not listed fails and does not end the daemon.
 *
 * Not `PrivateTmp`: systemd makes a folder in `/var/tmp` for it at each start, so that the daemon would not start
 * again on a disk that is full or hangs. Not `MemoryDenyWriteExecute`: the library of regular expressions writes
 * the code that it runs.
 */
export const daemonSandbox: readonly string[] = [
  "NoNewPrivileges=yes",
  "ProtectSystem=full",
  "ProtectHome=yes",
  "PrivateDevices=yes",
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
  "LockPersonality=yes",
  "RestrictNamespaces=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
];

/**
 * Further restrictions for a program of the app: they take nothing that a program without privileges could do. Not
 * `RestrictNamespaces` and `~@mount`, because a browser's own sandbox makes namespaces; not `RestrictSUIDSGID`, because
 * shared folders have the bit of their group; not `SystemCallArchitectures`, because a binary may have 32 bits.
 */
export const unprivilegedSandbox: readonly string[] = [
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectControlGroups=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "LockPersonality=yes",
  "RestrictRealtime=yes",
  "SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap",
  "SystemCallErrorNumber=EPERM",
];

/**
 * Sandbox of a proxy that binds ports as root and hands requests to processes of another user.
 *
 * Of the capabilities: the main process binds ports below 1024 and gives its workers their user; it signals the
 * workers, which a reload without a lost connection needs; it makes sockets, logs and folders in directories of
 * that user, and gives them a group.
 */
export const proxySandbox: readonly string[] = [
  ...daemonSandbox,
  "ProtectKernelTunables=yes",
  "RestrictRealtime=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  "CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_KILL CAP_CHOWN CAP_DAC_OVERRIDE",
];

/**
 * Sandbox of a command that runs once, as root, and reads or sets the network's addresses. Without `PrivateTmp`
 * as {@link daemonSandbox}.
 *
 * @param capabilities such as `CAP_NET_ADMIN`; empty: none.
 */
export function onceSandbox(capabilities: string): string[] {
  return [
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateDevices=yes",
    `CapabilityBoundingSet=${capabilities}`,
    "RestrictAddressFamilies=AF_NETLINK AF_UNIX",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    ...computingSandbox,
  ];
}
