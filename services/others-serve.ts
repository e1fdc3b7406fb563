/**
 * Shell text that ends the shell with 0, and says why, if no other node serves: then nobody can take the visitors. A
 * single unanswered request proves nothing, so each node is asked up to three times, for at most a second each.
 *
 * @param urls URLs that the other nodes of the tier answer with 200 exactly while they serve; at least one.
 * @param more further arguments of curl, as words of a shell.
 */
export function exitUnlessOthersServe(
  urls: readonly string[],
  more: readonly string[] = [],
): string {
  const curl = ["/usr/bin/curl --silent --noproxy '*' --max-time 1 --fail --output /dev/null"];
  const once = `for url in ${urls.join(" ")}; do ${[...curl, ...more].join(" ")} "$url" && return; done`;
  const ask = `others_serve() { for try in 1 2 3; do ${once}; sleep 1; done; return 1; }`;
  return `${ask}; others_serve || { echo 'no other node serves, so this one goes on'; exit 0; }`;
}
