/**
 * What a failed database call means for a repetition:
 * `lost` the connection is gone or hangs, the outcome is unknown;
 * `switching` the server answers but is not (or no longer) the one to ask;
 * `conflict` the transaction lost against another one and was rolled back;
 * `permanent` the same call would fail again.
 */
export type Failure = "lost" | "switching" | "conflict" | "permanent";

/** A replica has not yet applied what the session wrote. */
export class StaleReplicaError extends Error {
  override readonly name = "StaleReplicaError";
}

/** No connection became free in time. */
export class NoSlotError extends Error {
  override readonly name = "NoSlotError";
}

// Node: errno codes of sockets and resolver. mysql2 3.24: the codes set in lib/base/connection.js
// and lib/commands.
const lostCodes = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "HANDSHAKE_SSL_ERROR", // also what a connection is called that ends during the TLS handshake
  "HANDSHAKE_UNKNOWN_ERROR",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "PROTOCOL_UNEXPECTED_PACKET",
]);

// https://dev.mysql.com/doc/mysql-errors/9.4/en/server-error-reference.html
const switchingNumbers = new Set([
  1040, // ER_CON_COUNT_ERROR: too many connections
  1047, // ER_UNKNOWN_COM_ERROR: the member refuses commands
  1053, // ER_SERVER_SHUTDOWN
  1077, // ER_NORMAL_SHUTDOWN
  1079, // ER_SHUTDOWN_COMPLETE
  1152, // ER_ABORTING_CONNECTION
  1158, // ER_NET_READ_ERROR
  1159, // ER_NET_READ_INTERRUPTED
  1160, // ER_NET_ERROR_ON_WRITE
  1161, // ER_NET_WRITE_INTERRUPTED
  1180, // ER_ERROR_DURING_COMMIT
  1184, // ER_NEW_ABORTING_CONNECTION
  1290, // ER_OPTION_PREVENTS_STATEMENT: super_read_only
  1317, // ER_QUERY_INTERRUPTED: killed by a switch
  1792, // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836, // ER_READ_ONLY_MODE
  3032, // ER_SERVER_OFFLINE_MODE
  3100, // ER_RUN_HOOK_ERROR: Group Replication refused the commit
  3168, // ER_SERVER_ISNT_AVAILABLE
  3169, // ER_SESSION_WAS_KILLED
  3796, // ER_GRP_TRX_CONSISTENCY_NOT_ALLOWED
  3797, // ER_GRP_TRX_CONSISTENCY_BEFORE: the backlog took too long
  3798, // ER_GRP_TRX_CONSISTENCY_AFTER_ON_TRX_BEGIN
  3799, // ER_GRP_TRX_CONSISTENCY_BEGIN_NOT_ALLOWED
  4031, // ER_CLIENT_INTERACTION_TIMEOUT
  4094, // ER_OPERATION_NOT_ALLOWED_WHILE_PRIMARY_CHANGE_IS_RUNNING: a switch with a time limit
]);

const conflictNumbers = new Set([
  1205, // ER_LOCK_WAIT_TIMEOUT
  1213, // ER_LOCK_DEADLOCK
  3101, // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: certification conflict, or the member left the group
]);

/** Says what `error` means for a repetition of the failed call. */
export function classify(error: unknown): Failure {
  if (error instanceof StaleReplicaError || error instanceof NoSlotError) return "switching";
  if (!(error instanceof Error)) return "permanent";
  const { code, errno, fatal } = error as { code?: string; errno?: number; fatal?: boolean };
  if (errno !== undefined && switchingNumbers.has(errno)) return "switching";
  if (errno !== undefined && conflictNumbers.has(errno)) return "conflict";
  if (code !== undefined && lostCodes.has(code)) return "lost";
  // The driver marks a connection it closed itself as fatal and gives no code or number.
  return fatal === true && code === undefined && errno === undefined ? "lost" : "permanent";
}

/** True if `error` is MySQL's refusal of a second row with the same unique key. */
export function isDuplicate(error: unknown): boolean {
  return (error as { errno?: number } | null)?.errno === 1062; // ER_DUP_ENTRY
}

/** True if `error` says that the table is not there, as on a replica just after the first migration. */
export function isMissingTable(error: unknown): boolean {
  return (error as { errno?: number } | null)?.errno === 1146; // ER_NO_SUCH_TABLE
}
