import { generatedNotice } from "../notice";
import { text } from "../text";
import { archiverAccounts } from "../archiver/accounts";

/** System user under which the supervisor runs, which its MySQL user is tied to. */
export const supervisorUser = "webstack-supervisor";

const account = "'supervisor'@'localhost'";

/** MySQL users of the operators, on each node alone: they log in on the node, without a password. */
export const operatorUsers = { read: "webstack_read", write: "webstack_write" } as const;

/** What each of them may do. Not `EXECUTE` for who reads: a routine may write. */
const operatorGrants: Readonly<Record<keyof typeof operatorUsers, string>> = {
  read: "SELECT, SHOW VIEW",
  write: "ALL PRIVILEGES",
};

/** What the supervisor itself does on all databases, by privilege. */
const own: Readonly<Record<string, string>> = {
  SYSTEM_VARIABLES_ADMIN: "settings, and statements that are not logged",
  GROUP_REPLICATION_ADMIN: "membership, and the choice of a primary",
  REPLICATION_SLAVE_ADMIN: "what was received and not applied, before a copy replaces it",
  "CREATE USER": "users of the app and of replication",
  "REPLICATION CLIENT": "names of the logs",
};

/** What the user `replication` gets from it; the supervisor reads logs, copies, and comes in while MySQL is closed. */
const given = [
  "REPLICATION SLAVE",
  "CONNECTION_ADMIN",
  "BACKUP_ADMIN",
  "CLONE_ADMIN",
  "GROUP_REPLICATION_STREAM",
];

/**
 * Renders `/etc/mysql/webstack-init.sql`, which MySQL runs at each start before it listens, and
 * before `super_read_only` holds (seen, MySQL 9.7). So the supervisor's user is there before its
 * first login, also on an upgraded host and on a copy of a node that had none. A statement that
 * fails is logged as an error of MySQL, which starts all the same. Each one is a sync of the disk.
 *
 * @param adminUser login of the operators on the node, such as `webstack`.
 * @param hasBackups true if an archiver runs on the host.
 *
 * https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_init_file
 */
export function mysqlInitSql(adminUser: string, hasBackups = false): string {
  return text`
    ${generatedNotice}
    # Not in the log: every node does the same by itself.
    SET SESSION sql_log_bin = 0;
    # No password: the kernel says which user of the system asks.
    ${loginOf(account, supervisorUser)}
    ${Object.entries(own).map(([privilege, use]) => `# ${privilege}: ${use}.`)}
    GRANT ${Object.keys(own).join(", ")} ON *.* TO ${account};
    # For logs, copies, and access while MySQL is closed; the user of replication gets them too.
    GRANT ${given.join(", ")} ON *.* TO ${account} WITH GRANT OPTION;
    GRANT SELECT ON performance_schema.* TO ${account};
    # All of it is given to the user of the app.
    GRANT ALL PRIVILEGES ON app.* TO ${account} WITH GRANT OPTION;
    GRANT CREATE, SELECT, INSERT, DELETE ON webstack.* TO ${account};
    # Operators on this node, for npm run db:shell.
    ${operators(adminUser)}
    # Former versions made these, and nothing used them.
    DROP USER IF EXISTS 'admin'@'%', 'monitor'@'%';
    ${hasBackups ? archiverAccounts() : []}
  `;
}

/** Makes an account that one user of the system logs in to, without any privilege yet. */
function loginOf(name: string, systemUser: string): string[] {
  const login = `IDENTIFIED WITH auth_socket AS '${systemUser}'`;
  return [
    `CREATE USER IF NOT EXISTS ${name} ${login};`,
    `ALTER USER ${name} ${login} ACCOUNT UNLOCK;`,
    `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name};`,
  ];
}

function operators(adminUser: string): string[] {
  const kinds = Object.keys(operatorUsers) as (keyof typeof operatorUsers)[];
  return kinds.flatMap((kind) => {
    const name = `'${operatorUsers[kind]}'@'localhost'`;
    return [...loginOf(name, adminUser), `GRANT ${operatorGrants[kind]} ON app.* TO ${name};`];
  });
}
