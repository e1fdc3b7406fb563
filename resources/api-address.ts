/** Host and TCP port of an API's endpoint, such as `api.hetzner.cloud` and 443. */
export function apiAddress(endpoint: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(endpoint);
  return { host: hostname, port: Number(port || (protocol === "https:" ? 443 : 80)) };
}
