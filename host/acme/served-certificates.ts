import { complain, say } from "./journal";
import type { LoadedCertificates } from "./loaded-certificates";
import type { Store, Stored } from "./store";

/** Loads the stored certificates into HAProxy, which then redirects their domains to HTTPS. Problems go to the journal. */
export async function bringToHaproxy(
  store: Store,
  loaded: LoadedCertificates,
  domains: readonly string[],
): Promise<void> {
  const held = domains.flatMap((name): [string, Stored][] => {
    const found = store.read(name);
    return found ? [[name, found]] : [];
  });
  const names = held.map(([name]) => name);
  store.saveMap(names);
  try {
    for (const [name, certificate] of held) {
      if (await loaded.serve(store.path(name), certificate)) say(5, `${name}: HAProxy serves it`);
    }
    await loaded.certify(names);
    for (const name of store.names().filter((one) => !domains.includes(one))) {
      await loaded.forget(store.path(name));
      store.remove(name);
      say(5, `${name}: certificate removed, the domain is no longer configured`);
    }
    complain("HAProxy", undefined);
  } catch (error) {
    complain("HAProxy", (error as Error).message);
  }
}
