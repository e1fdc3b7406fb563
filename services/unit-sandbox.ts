/**
 * What a program of a host that speaks over the network, as a user of its own, does without.
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

/** What a program that computes, and reads and writes a folder of its own at most, does without besides. */
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
