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

/** Further restrictions for a program that only computes, and at most reads and writes its own directory. */
export const computingSandbox: readonly string[] = [
  "UMask=0027",
  "ProtectProc=invisible",
  "ProcSubset=pid",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectKernelTunables=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
  "PrivateIPC=yes",
  "RemoveIPC=yes",
  "LockPersonality=yes",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=~@privileged @resources",
];
