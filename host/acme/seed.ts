import { log } from "./journal";
import { type Certificate, certificateOf, type Store } from "./store";

/**
 * Stores the stack file's certificate for each name that it is for and that has no valid certificate yet, so that a site
 * with HTTPS stays on it until the authority has issued. It counts as obtained when its life began, and so is renewed by
 * its own dates.
 *
 * @param pem certificate chain, leaf first, and its key.
 * @throws Error if the disk does not take it.
 */
export function storeSeed(
  store: Pick<Store, "read" | "save" | "saveMap">,
  domains: readonly string[],
  pem: string,
  nowMs: number,
): void {
  for (const name of domains) {
    const seed = certificateFor(name, pem);
    if (seed === undefined || seed.notAfterMs <= nowMs || nowMs < seed.notBeforeMs) continue;
    if ((store.read(name)?.notAfterMs ?? -Infinity) > nowMs) continue;
    store.save(name, seed, seed.notBeforeMs);
    log(5, `${name}: the stack file's certificate is served until an authority's is there`);
  }
  store.saveMap(domains.filter((name) => store.read(name) !== undefined));
}

function certificateFor(name: string, pem: string): Certificate | undefined {
  try {
    return certificateOf(name, pem);
  } catch {
    return undefined;
  }
}
