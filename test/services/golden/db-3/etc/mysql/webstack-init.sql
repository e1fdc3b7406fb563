# Made by webstack; a change here is undone by the next `pulumi up`. See the stack file.
# Not in the binary log: every node runs these statements itself.
SET SESSION sql_log_bin = 0;
# No password: MySQL asks the kernel which system user connects.
CREATE USER IF NOT EXISTS 'supervisor'@'localhost' IDENTIFIED WITH auth_socket AS 'webstack-supervisor';
ALTER USER 'supervisor'@'localhost' IDENTIFIED WITH auth_socket AS 'webstack-supervisor' ACCOUNT UNLOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'supervisor'@'localhost';
# SYSTEM_VARIABLES_ADMIN: settings, and statements that are not logged.
# GROUP_REPLICATION_ADMIN: membership, and the choice of a primary.
# REPLICATION_SLAVE_ADMIN: what was received and not applied, before a copy replaces it.
# CREATE USER: users of the app and of replication.
# REPLICATION CLIENT: names of the logs.
# BINLOG_ADMIN: deletes the oldest logs while the disk is short of space.
GRANT SYSTEM_VARIABLES_ADMIN, GROUP_REPLICATION_ADMIN, REPLICATION_SLAVE_ADMIN, CREATE USER, REPLICATION CLIENT, BINLOG_ADMIN ON *.* TO 'supervisor'@'localhost';
# For reading logs, cloning, and access while MySQL is in offline mode; the replication user has them too.
GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, CLONE_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO 'supervisor'@'localhost' WITH GRANT OPTION;
GRANT SELECT ON performance_schema.* TO 'supervisor'@'localhost';
# The app's user has all privileges on the app's database.
GRANT ALL PRIVILEGES ON app.* TO 'supervisor'@'localhost' WITH GRANT OPTION;
GRANT CREATE, SELECT, INSERT, DELETE ON webstack.* TO 'supervisor'@'localhost';
# Operators on this node, as root, for npm run db:shell.
CREATE USER IF NOT EXISTS 'webstack_read'@'localhost' IDENTIFIED WITH auth_socket AS 'root';
ALTER USER 'webstack_read'@'localhost' IDENTIFIED WITH auth_socket AS 'root' ACCOUNT UNLOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'webstack_read'@'localhost';
GRANT SELECT, SHOW VIEW ON app.* TO 'webstack_read'@'localhost';
CREATE USER IF NOT EXISTS 'webstack_write'@'localhost' IDENTIFIED WITH auth_socket AS 'root';
ALTER USER 'webstack_write'@'localhost' IDENTIFIED WITH auth_socket AS 'root' ACCOUNT UNLOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'webstack_write'@'localhost';
GRANT ALL PRIVILEGES ON app.* TO 'webstack_write'@'localhost';
# Earlier versions created these users, and nothing used them.
DROP USER IF EXISTS 'admin'@'%', 'monitor'@'%';
CREATE USER IF NOT EXISTS 'archiver'@'localhost' IDENTIFIED WITH auth_socket AS 'webstack-archiver';
ALTER USER 'archiver'@'localhost' IDENTIFIED WITH auth_socket AS 'webstack-archiver' ACCOUNT UNLOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'archiver'@'localhost';
# REPLICATION SLAVE: reads the log as a replica does.
GRANT REPLICATION SLAVE ON *.* TO 'archiver'@'localhost';
GRANT SELECT ON performance_schema.* TO 'archiver'@'localhost';
GRANT CREATE, SELECT, INSERT, UPDATE ON webstack_archive.* TO 'archiver'@'localhost';
GRANT SELECT ON webstack.* TO 'archiver'@'localhost';
CREATE USER IF NOT EXISTS 'base'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql';
ALTER USER 'base'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql' ACCOUNT UNLOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'base'@'localhost';
# BACKUP_ADMIN: copies all data to a folder of this host.
# SELECT, SHOW VIEW, TRIGGER, EVENT: dumps such a copy, which has the accounts of this MySQL.
GRANT BACKUP_ADMIN, SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO 'base'@'localhost';
GRANT SELECT ON performance_schema.replication_group_members TO 'base'@'localhost';
