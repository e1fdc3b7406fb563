/** TCP port on which a supervisor answers the proxies' checks; as in `host/supervisor/wire/checks-server.ts`. */
export const checksPort = 9200;

/** TCP port for connections between supervisors; as in `host/supervisor/wire/peer-tls.ts`. */
export const peerPort = 9201;

/** Unix socket on which root reaches the host's supervisor; as in `host/supervisor/wire/control-server.ts`. */
export const controlSocket = "/run/webstack-supervisor/control.sock";

/** Header in which a proxy names the primaries that it reaches; as in `host/supervisor/wire/checks-server.ts`. */
export const primariesHeader = "webstack-primaries";
