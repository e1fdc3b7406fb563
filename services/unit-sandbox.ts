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
