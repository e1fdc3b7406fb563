import { logProblem, log } from "./journal";
import { type LoadedCertificates, Refused } from "./loaded-certificates";
import type { Store, Stored } from "./store";

/** What {@link bringToHaproxy} works on. */
export interface Serving {
  store: Pick<Store, "read" | "path" | "names" | "remove" | "saveMap">;
  loaded: Pick<LoadedCertificates, "serve" | "forget" | "certified" | "certify" | "decertify">;
  /** Names of the stack; the certificates of other names are removed. */
  domains: readonly string[];
  /** Keeps something for the next start, if the disk takes it. */
  onDisk: (save: () => void) => void;
}

/**
 * Loads the stored certificates into HAProxy, which then redirects their domains to HTTPS. Problems go to the journal: a
 * name that HAProxy refuses delays no other name, and a full disk delays none.
 */
export async function bringToHaproxy({ store, loaded, domains, onDisk }: Serving): Promise<void> {
  const held = domains.flatMap((name): [string, Stored][] => {
    const found = store.read(name);
    return found ? [[name, found]] : [];
  });
  const names = held.map(([name]) => name);
  onDisk(() => store.saveMap(names));
  try {
    const certified = await loaded.certified();
    for (const [name, certificate] of held) {
      await unlessRefused(name, async () => {
        if (await loaded.serve(store.path(name), certificate)) log(5, `${name}: HAProxy serves it`);
        if (!certified.includes(name)) await loaded.certify(name);
      });
    }
    for (const name of certified.filter((one) => !names.includes(one))) {
      await unlessRefused(name, () => loaded.decertify(name));
    }
    for (const name of store.names().filter((one) => !domains.includes(one))) {
      await unlessRefused(name, async () => {
        await loaded.forget(store.path(name));
        store.remove(name);
        log(5, `${name}: certificate removed, the domain is no longer configured`);
      });
    }
    logProblem("HAProxy", undefined);
  } catch (error) {
    logProblem("HAProxy", (error as Error).message);
  }
}

/** Without an answer of HAProxy each other name would only wait in vain: that error goes on. */
async function unlessRefused(name: string, change: () => Promise<void>): Promise<void> {
  try {
    await change();
    logProblem(`${name} at HAProxy`, undefined);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    logProblem(`${name} at HAProxy`, error.message);
  }
}
