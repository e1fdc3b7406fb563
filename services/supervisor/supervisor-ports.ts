/** TCP port where a supervisor answers the proxies' checks; as in `host/supervisor/wire/checks-server.ts`. */
export const checksPort = 9200;

/** TCP port where supervisors talk to each other; as in `host/supervisor/wire/peer-tls.ts`. */
export const peerPort = 9201;

/** Where root reaches the supervisor of its host; as in `host/supervisor/wire/control-server.ts`. */
export const controlSocket = "/run/webstack-supervisor/control.sock";

/** Header in which a proxy names the primaries that it reaches; as in `host/supervisor/wire/checks-server.ts`. */
export const primariesHeader = "webstack-primaries";
