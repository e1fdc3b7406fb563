/** An error as the driver reports one of the server's. */
export function sqlError(errno: number, message = `error ${errno}`): Error {
  return Object.assign(new Error(message), { errno, code: `ER_${errno}` });
}

/** An error as the driver reports a broken connection. */
export function lostError(code = "ECONNRESET"): Error {
  return Object.assign(new Error(code), { errno: -104, code, fatal: true });
}
