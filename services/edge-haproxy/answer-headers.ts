/** Default of `tune.bufsize`, bytes. */
const defaultBuffer = 16_384;
/** Default of `tune.maxrewrite`: bytes that HAProxy reserves in a buffer for added headers. */
const defaultReserve = 1024;

/**
 * Quotes a text as one literal word of HAProxy's configuration: no character ends the word, and HAProxy expands no
 * variable and no log format in it.
 *
 * https://docs.haproxy.org/3.2/configuration.html#2.2
 */
export function haproxyWord(text: string): string {
  return `'${text.replaceAll("%", "%%").replaceAll("'", "'\\''")}'`;
}

/**
 * Lines of `global` that reserve room for long headers in the buffer of a response. The buffer grows by as much, so that
 * the headers of requests and of the app's answers keep the 15 KiB that they have by default.
 */
export function headerReserve(headers: Readonly<Record<string, string>>): string[] {
  const bytes = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
  if (bytes === 0) return [];
  return [`tune.bufsize ${defaultBuffer + bytes}`, `tune.maxrewrite ${defaultReserve + bytes}`];
}

/** Lines that add headers to every response, also to HAProxy's own; a header that the app sets keeps its value. */
export function answerHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) =>
        `http-after-response set-header ${name} ${haproxyWord(value)} unless { res.hdr(${name}) -m found }`,
    );
}
