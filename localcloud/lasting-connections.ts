/**
 * Options of an HTTP server that leaves it to its clients to close idle connections, as the real cloud does for minutes.
 * A server that closes them itself loses a request that is sent at that moment.
 */
export const lastingConnections = { keepAliveTimeout: 0 };
