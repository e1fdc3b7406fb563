import { generatedNotice, text } from "../text";

/** Arguments of {@link myCnf}. */
export interface MyCnfArgs {
  /** Private IPv4 address of the node. */
  privateIp: string;
  /** `server_id`, unique in the group. */
  serverId: number;
  /** Name of the group, a UUID. */
  groupName: string;
  /** Subnet of the database nodes with prefix, from which members may connect. @default the node is in no group */
  membersCidr?: string | undefined;
  /** Memory for the buffer pool, MiB. */
  bufferPoolMiB: number;
  /** True if the node makes base backups. @default false */
  hasBackups?: boolean;
}

/**
 * Directory of a database node's TLS files. Ubuntu's AppArmor profile of `mysqld` is enforced and permits reads
 * below `/etc/mysql`, not below `/etc/webstack` (`/etc/apparmor.d/usr.sbin.mysqld`, mysql-8.0 and mysql-8.4).
 */
export const tlsFolder = "/etc/mysql/webstack-tls";

/** TLS files of a database node. */
export const tlsPaths = {
  ca: `${tlsFolder}/ca.pem`,
  certificate: `${tlsFolder}/cert.pem`,
  key: `${tlsFolder}/key.pem`,
} as const;

/** File with statements that MySQL runs at each start, in a directory that MySQL's AppArmor profile permits. */
export const initSqlPath = "/etc/mysql/webstack-init.sql";

/**
 * Renders `/etc/mysql/mysql.conf.d/zz-webstack.cnf`, MySQL 8.4 LTS and 9.x.
 *
 * Options: https://dev.mysql.com/doc/refman/8.4/en/group-replication-options.html
 */
export function myCnf(args: MyCnfArgs): string {
  return text`
    ${generatedNotice}
    [mysqld]
    server_id = ${args.serverId}
    # Members connect to the addresses that others report, and no resolver knows the nodes' names.
    report_host = ${args.privateIp}
    bind_address = 127.0.0.1,${args.privateIp}
    mysqlx = OFF
    skip_name_resolve = ON
    max_connections = 500
    # Every acknowledged commit is on disk: if all nodes fail at once, only the primary's log has all commits.
    sync_binlog = 1
    innodb_flush_log_at_trx_commit = 1
    innodb_buffer_pool_size = ${args.bufferPoolMiB}M
    gtid_mode = ON
    enforce_gtid_consistency = ON
    binlog_expire_logs_seconds = 259200
    # To send a member its missing transactions, a donor reads the log file with the first of them from its start:
    # 6 ms of a processor for each MB, measured.
    max_binlog_size = 128M
    # The supervisor notices a sync that does not end.
    performance_schema_consumer_events_waits_current = ON
    replica_parallel_workers = 4
    replica_preserve_commit_order = ON
    session_track_gtids = OWN_GTID
    # The app's user may create triggers and stored functions in its own database. The check that this turns off demands
    # SUPER (error 1419), and protects logs of statements; here the log has rows. Deprecated since 8.0.34, and obeyed by
    # 8.4.13 (tried); \`loose\`, so that a version without the variable starts.
    loose_log_bin_trust_function_creators = ON
    ssl_ca = ${tlsPaths.ca}
    ssl_cert = ${tlsPaths.certificate}
    ssl_key = ${tlsPaths.key}
    require_secure_transport = ON
    init_file = ${initSqlPath}
    # Only the supervisor starts group replication: at boot MySQL cannot know whether a group exists.
    ${args.membersCidr ? group(args, args.membersCidr) : args.hasBackups ? [clonePlugin] : []}
  `;
}

const clonePlugin = "plugin_load_add = mysql_clone.so";

function group({ privateIp, groupName }: MyCnfArgs, membersCidr: string): string[] {
  const settings = {
    group_name: groupName,
    start_on_boot: "OFF",
    bootstrap_group: "OFF",
    local_address: `${privateIp}:33061`,
    // No list of nodes, which would restart MySQL when their number changes, and close this member to nodes that are about
    // to leave. The supervisor sets the seeds; certificates keep others out.
    ip_allowlist: membersCidr,
    single_primary_mode: "ON",
    // With a value from 1 to 15 an expulsion waits for a thread that runs every 15 s.
    member_expel_timeout: "0",
    // A killed secondary must not stall the primary. MySQL reads this variable only at the bootstrap of the group.
    paxos_single_leader: "ON",
    unreachable_majority_timeout: "10",
    exit_state_action: "OFFLINE_MODE",
    // The supervisor rejoins at once; MySQL's own attempts, five minutes apart, would delay the supervisor.
    autorejoin_tries: "0",
    // A new primary answers once it has applied all transactions that the old one acknowledged.
    consistency: "BEFORE_ON_PRIMARY_FAILOVER",
    message_cache_size: "268435456",
    ssl_mode: "VERIFY_CA",
    recovery_use_ssl: "ON",
    recovery_ssl_ca: tlsPaths.ca,
    recovery_ssl_verify_server_cert: "OFF",
    clone_threshold: "9223372036854775807",
  };
  return [
    "plugin_load_add = group_replication.so",
    clonePlugin,
    // `loose`: a check of the settings does not load the plugin that defines these variables.
    ...Object.entries(settings).map(
      ([name, value]) => `loose_group_replication_${name} = ${value}`,
    ),
    "# Outside of a group nothing is written that the group would lack; it opens its primary itself.",
    // MySQL 9.7 applies this variable after `init_file` and after the upgrade of its own tables (tried).
    "super_read_only = ON",
    "# Each member would try an event, and only the primary could write.",
    "event_scheduler = OFF",
  ];
}
