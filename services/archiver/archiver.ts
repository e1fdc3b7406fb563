import { programPath } from "../bundle";
import { generatedNotice, text } from "../text";
import { closedSandbox, networkedSandbox } from "../unit-sandbox";

/** System user of the archiver, which authenticates its MySQL user. */
export const archiverUser = "webstack-archiver";

/**
 * Statements that create the archiver's MySQL accounts at each start of MySQL. The accounts have no password:
 * auth_socket authenticates them by their system user.
 */
export function archiverAccounts(): string[] {
  return [
    ...account("archiver", archiverUser, {
      "REPLICATION SLAVE": "reads the log as a replica does",
    }),
    "GRANT SELECT ON performance_schema.* TO 'archiver'@'localhost';",
    "GRANT CREATE, SELECT, INSERT, UPDATE ON webstack_archive.* TO 'archiver'@'localhost';",
    // The groups that the data was in: they tell which history the data continues.
    "GRANT SELECT ON webstack.* TO 'archiver'@'localhost';",
    // MySQL's own user reads all data anyway.
    ...account("base", "mysql", {
      BACKUP_ADMIN: "copies all data to a folder of this host",
      "SELECT, SHOW VIEW, TRIGGER, EVENT":
        "dumps such a copy, which has the accounts of this MySQL",
    }),
    "GRANT SELECT ON performance_schema.replication_group_members TO 'base'@'localhost';",
  ];
}

function account(name: string, systemUser: string, may: Readonly<Record<string, string>>) {
  const [who, login] = [`'${name}'@'localhost'`, `IDENTIFIED WITH auth_socket AS '${systemUser}'`];
  return [
    `CREATE USER IF NOT EXISTS ${who} ${login};`,
    `ALTER USER ${who} ${login} ACCOUNT UNLOCK;`,
    `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${who};`,
    ...Object.entries(may).map(([privilege, use]) => `# ${privilege}: ${use}.`),
    `GRANT ${Object.keys(may).join(", ")} ON *.* TO ${who};`,
  ];
}

/** Path of the archiver's unit file. */
export const archiverPath = "/etc/systemd/system/webstack-archiver.service";

/** Sandbox of the programs that compress, encrypt and upload. A refused system call must not end one of their tools. */
export const uploadingSandbox = [
  ...networkedSandbox.filter((line) => !line.startsWith("OOMScoreAdjust")),
  ...closedSandbox,
  "SystemCallErrorNumber=EPERM",
];

/** Renders the archiver's unit. `secret`: path of the file with the secret of the bucket. */
export function archiverUnit(secret: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    Description=Archiver of the binary log
    After=webstack-network-ready.service mysql.service
    StartLimitIntervalSec=0

    [Service]
    User=${archiverUser}
    ExecStart=/usr/bin/node ${programPath("archiver")}
    LoadCredential=secret:${secret}
    RuntimeDirectory=webstack-archiver
    RuntimeDirectoryMode=0755
    UMask=0022
    Restart=always
    RestartSec=2
    # It compresses and encrypts, and must not take the processor from MySQL.
    Nice=5
    ${uploadingSandbox}

    [Install]
    WantedBy=multi-user.target
  `;
}
