/** Room that HAProxy keeps in a buffer for what is added to headers unless it is told otherwise, bytes. */
const usualRoom = 1024;

/**
 * A text as one word of HAProxy's configuration that means itself: nothing ends it, and no variable or log format
 * is replaced in it.
 *
 * https://docs.haproxy.org/3.2/configuration.html#2.2
 */
export function haproxyWord(text: string): string {
  return `'${text.replaceAll("%", "%%").replaceAll("'", "'\\''")}'`;
}

/** Lines of `global` without which a long header would not fit beside a long answer. */
export function headerReserve(headers: Readonly<Record<string, string>>): string[] {
  const bytes = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    0,
  );
  return bytes === 0 ? [] : [`tune.maxrewrite ${usualRoom + bytes}`];
}

/** Headers of every answer, also of those that HAProxy gives itself; what the app says in one of them stays. */
export function answerHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) =>
        `http-after-response set-header ${name} ${haproxyWord(value)} unless { res.hdr(${name}) -m found }`,
    );
}
