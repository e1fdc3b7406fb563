/** TCP port on which a supervisor answers the proxies' checks; as in `host/supervisor/wire/checks-server.ts`. */
export const checksPort = 9200;

/** TCP port for connections between supervisors; as in `host/supervisor/wire/peer-tls.ts`. */
export const peerPort = 9201;

/** Unix socket on which root reaches the host's supervisor; as in `host/supervisor/wire/control-server.ts`. */
export const controlSocket = "/run/webstack-supervisor/control.sock";

/** Longest hand-over by the supervisors, seconds; see `longestSwitchMs` of `host/supervisor/actions/planned-switch.ts`. */
export const handOverSeconds = 20;

/** The primary that a hand-over leads to. */
export interface WantedPrimary {
  /** Name of the next primary. */
  to: string;
  /**
   * Names of the nodes of which one is to be the primary: nothing happens if one of them is, and any of them does if
   * `to` cannot be it. @default `to` alone, and only if this node is the primary
   */
  among?: readonly string[];
}

/**
 * Words of a command, for root on a database node, with which the supervisors hand the primary role over so that the
 * app's writes wait. The command fails unless it has moved the role; without `among` it fails at once on a secondary.
 *
 * @default wanted any member that is ONLINE
 */
export function handOverCommand(wanted?: WantedPrimary): string {
  const json = wanted === undefined ? "" : ` --json '${JSON.stringify(wanted)}'`;
  return (
    `/usr/bin/curl --silent --fail --max-time ${handOverSeconds} --output /dev/null ` +
    `--unix-socket ${controlSocket} --request POST${json} http://supervisor/hand-over`
  );
}

/** Header in which a proxy names the primaries that it reaches; as in `host/supervisor/wire/checks-server.ts`. */
export const primariesHeader = "webstack-primaries";
