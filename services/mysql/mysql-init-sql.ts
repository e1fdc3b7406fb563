import { generatedNotice, text } from "../text";
import { archiverAccounts } from "../archiver/archiver";

/** System user of the supervisor; only this user may log in as the supervisor's MySQL user. */
export const supervisorUser = "webstack-supervisor";

const account = "'supervisor'@'localhost'";

/**
 * MySQL users of the operators, local to each node: root of the node logs in without a password. The login of the
 * operators would be one more name that changes, and MySQL reads the file only when it starts.
 */
export const operatorUsers = { read: "webstack_read", write: "webstack_write" } as const;

/** Privileges of these users. `webstack_read` lacks `EXECUTE`, because a routine may write. */
const operatorGrants: Readonly<Record<keyof typeof operatorUsers, string>> = {
  read: "SELECT, SHOW VIEW",
  write: "ALL PRIVILEGES",
};

/** Privileges of the supervisor on all databases, with the reason for each. */
const own: Readonly<Record<string, string>> = {
  SYSTEM_VARIABLES_ADMIN: "settings, and statements that are not logged",
  GROUP_REPLICATION_ADMIN: "membership, and the choice of a primary",
  REPLICATION_SLAVE_ADMIN: "what was received and not applied, before a copy replaces it",
  "CREATE USER": "users of the app and of replication",
  "REPLICATION CLIENT": "names of the logs",
  BINLOG_ADMIN: "deletes the oldest logs while the disk is short of space",
};

/**
 * Privileges that the supervisor grants to the user `replication` and uses itself: it reads binary logs, clones, ends
 * sessions of the app before a switch, and connects while MySQL is closed to other users.
 */
const given = [
  "REPLICATION SLAVE",
  "CONNECTION_ADMIN",
  "BACKUP_ADMIN",
  "CLONE_ADMIN",
  "GROUP_REPLICATION_STREAM",
];

/**
 * Renders `/etc/mysql/webstack-init.sql`, which MySQL runs at each start before it listens, and
 * before `super_read_only` applies (tried with MySQL 9.7). So the supervisor's MySQL user exists before
 * the supervisor's first login, also on an upgraded host and on a clone of a node without this user. MySQL
 * logs an error for a statement that fails, and starts. Each statement costs a sync of the disk.
 *
 * @param hasBackups true if an archiver runs on the host.
 *
 * https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_init_file
 */
export function mysqlInitSql(hasBackups = false): string {
  return text`
    ${generatedNotice}
    # Not in the binary log: every node runs these statements itself.
    SET SESSION sql_log_bin = 0;
    # No password: MySQL asks the kernel which system user connects.
    ${loginOf(account, supervisorUser)}
    ${Object.entries(own).map(([privilege, use]) => `# ${privilege}: ${use}.`)}
    GRANT ${Object.keys(own).join(", ")} ON *.* TO ${account};
    # For reading logs, cloning, and access while MySQL is in offline mode; the replication user has them too.
    GRANT ${given.join(", ")} ON *.* TO ${account} WITH GRANT OPTION;
    GRANT SELECT ON performance_schema.* TO ${account};
    # The app's user has all privileges on the app's database.
    GRANT ALL PRIVILEGES ON app.* TO ${account} WITH GRANT OPTION;
    GRANT CREATE, SELECT, INSERT, DELETE ON webstack.* TO ${account};
    # Operators on this node, as root, for npm run db:shell.
    ${operators()}
    # Earlier versions created these users, and nothing used them.
    DROP USER IF EXISTS 'admin'@'%', 'monitor'@'%';
    ${hasBackups ? archiverAccounts() : []}
  `;
}

/** Statements that create an account without privileges, for the login of one system user. */
function loginOf(name: string, systemUser: string): string[] {
  const login = `IDENTIFIED WITH auth_socket AS '${systemUser}'`;
  return [
    `CREATE USER IF NOT EXISTS ${name} ${login};`,
    `ALTER USER ${name} ${login} ACCOUNT UNLOCK;`,
    `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name};`,
  ];
}

function operators(): string[] {
  const kinds = Object.keys(operatorUsers) as (keyof typeof operatorUsers)[];
  return kinds.flatMap((kind) => {
    const name = `'${operatorUsers[kind]}'@'localhost'`;
    return [...loginOf(name, "root"), `GRANT ${operatorGrants[kind]} ON app.* TO ${name};`];
  });
}
