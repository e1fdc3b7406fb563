import { programPath } from "../bundle";
import { dataUnit } from "../mysql/data-volume";
import { tlsPaths } from "../mysql/my-cnf";
import { supervisorUser } from "../mysql/mysql-init-sql";
import { generatedNotice, text } from "../text";

/** Paths of the supervisor's units, by purpose. */
export const supervisorPaths = {
  unit: "/etc/systemd/system/webstack-supervisor.service",
  /** Path unit that waits for the supervisor's request to kill MySQL. */
  killPath: "/etc/systemd/system/webstack-mysql-kill.path",
  killUnit: "/etc/systemd/system/webstack-mysql-kill.service",
} as const;

/** The same path as `killRequest` of `host/supervisor/actions/kill-mysql.ts`. */
const killRequest = "/run/webstack-supervisor/kill-mysql";

/**
 * Renders the supervisor's unit.
 *
 * @param credentials path of the file with the passwords.
 */
export function supervisorUnit(credentials: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Supervisor of this database node
    After=webstack-network-ready.service ${dataUnit}
    # A host that shuts down stops units in the reverse order: MySQL's stop requests the hand-over of this program.
    Before=mysql.service
    StartLimitIntervalSec=0

    [Service]
    User=${supervisorUser}
    ExecStart=/usr/bin/node ${programPath("supervisor")}
    LoadCredential=passwords:${credentials}
    LoadCredential=ca:${tlsPaths.ca}
    LoadCredential=cert:${tlsPaths.certificate}
    LoadCredential=key:${tlsPaths.key}
    # systemd changes the owner of files that an earlier version wrote there as root.
    StateDirectory=webstack-supervisor
    StateDirectoryMode=0700
    RuntimeDirectory=webstack-supervisor
    RuntimeDirectoryMode=0700
    UMask=0077
    Restart=always
    RestartSec=500ms
    OOMScoreAdjust=-800
    # "nft" loads rules, and "ss --kill" ends connections. MySQL is killed by webstack-mysql-kill.service.
    CapabilityBoundingSet=CAP_NET_ADMIN
    AmbientCapabilities=CAP_NET_ADMIN
    ${confinement}

    [Install]
    WantedBy=multi-user.target
  `;
}

/** Sandbox of the supervisor and of the programs that it starts. */
const confinement = [
  "NoNewPrivileges=yes",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "ProtectProc=invisible",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectControlGroups=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "PrivateIPC=yes",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "# The socket of MySQL, the other nodes, and the kernel's tables of rules and connections.",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_NETLINK",
  "LockPersonality=yes",
  "RemoveIPC=yes",
  "KeyringMode=private",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged @resources",
  "SystemCallErrorNumber=EPERM",
  "# Without MemoryDenyWriteExecute=yes: V8 writes the code that it runs.",
];

/**
 * Renders the unit that waits for the supervisor's request to kill MySQL, since only root may kill MySQL.
 * The existence of the file is the request; the file's content does not matter.
 */
export function mysqlKillPath(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Wait for the supervisor's request to kill MySQL

    [Path]
    PathExists=${killRequest}

    [Install]
    WantedBy=multi-user.target
  `;
}

/** Renders the unit that kills MySQL; systemd then starts MySQL again. */
export function mysqlKillUnit(): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Kill MySQL, which hangs
    StartLimitIntervalSec=0

    [Service]
    Type=oneshot
    # The file is removed first, so that a request that arrives while MySQL is killed counts as a new one.
    ExecStart=/bin/sh -c "rm -f ${killRequest} && exec systemctl kill --signal=KILL mysql.service"
    NoNewPrivileges=yes
    # The supervisor's user owns the directory.
    CapabilityBoundingSet=CAP_DAC_OVERRIDE
    RestrictAddressFamilies=AF_UNIX
  `;
}
