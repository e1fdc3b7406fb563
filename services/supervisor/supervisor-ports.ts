/** TCP port on which a supervisor answers the proxies' checks; as in `host/supervisor/wire/checks-server.ts`. */
export const checksPort = 9200;

/** TCP port for connections between supervisors; as in `host/supervisor/wire/peer-tls.ts`. */
export const peerPort = 9201;

/** Unix socket on which root reaches the host's supervisor; as in `host/supervisor/wire/control-server.ts`. */
export const controlSocket = "/run/webstack-supervisor/control.sock";

/** Longest hand-over by the supervisor, seconds; see `host/supervisor/actions/planned-switch.ts`. */
const handOverSeconds = 20;

/**
 * Words of a command, for root on a database node, with which its supervisor hands the primary role over so that the
 * app's writes wait. The command fails unless another member is the primary afterwards; on a secondary the command
 * fails at once.
 *
 * @param to name of the next primary. @default any member that is ONLINE
 */
export function handOverCommand(to?: string): string {
  const wanted = to === undefined ? "" : ` --json '{"to":"${to}"}'`;
  return (
    `/usr/bin/curl --silent --fail --max-time ${handOverSeconds} --output /dev/null ` +
    `--unix-socket ${controlSocket} --request POST${wanted} http://supervisor/hand-over`
  );
}

/** Header in which a proxy names the primaries that it reaches; as in `host/supervisor/wire/checks-server.ts`. */
export const primariesHeader = "webstack-primaries";
