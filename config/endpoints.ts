/** Parses the URL of an endpoint that may receive secrets; undefined for every other text. */
function endpoint(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || text.endsWith("/") || url.username || url.search || url.hash) return undefined;
  // Only the local cloud's own addresses may use clear text.
  const local = /^(localhost|127\.\d+\.\d+\.\d+|198\.1[89]\.\d+\.\d+)$/.test(url.hostname);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && local);
  return isSafe ? url : undefined;
}

/** True for the endpoint of an API, with or without a path. */
export function isApiEndpoint(text: string): boolean {
  return endpoint(text) !== undefined;
}

/** True for the endpoint of a store, without a path. */
export function isStoreEndpoint(text: string): boolean {
  return endpoint(text)?.pathname === "/";
}
