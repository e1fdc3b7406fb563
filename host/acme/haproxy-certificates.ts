import { sendCommand } from "../haproxy/commands";
import { logProblem, log } from "./journal";
import type { Store, Stored } from "./store";

/** HAProxy answered a command, and did not carry it out: other certificates may still be taken. */
class Refused extends Error {
  override readonly name = "Refused";
}

/** The certificates that HAProxy has loaded, changed through its runtime API. https://docs.haproxy.org/3.2/management.html#9.3 */
export class LoadedCertificates {
  /**
   * @param ask sends one command. @param list directory that HAProxy takes certificates from.
   * @param map reference of the map of names with a certificate.
   */
  constructor(
    private readonly list: string,
    private readonly map: string,
    private readonly ask: (command: string) => Promise<string>,
  ) {}

  /** Uses the HAProxy of an admin socket. */
  static behind(socket: string, list: string, map: string): LoadedCertificates {
    return new LoadedCertificates(list, map, (command) => sendCommand(socket, command));
  }

  /**
   * Loads a certificate file into HAProxy; false if HAProxy served it already.
   *
   * @throws Refused with HAProxy's words; Error if HAProxy does not answer.
   */
  async serve(path: string, { pem, fingerprint }: { pem: string; fingerprint: string }) {
    const now = parseCertificate(await this.ask(`show ssl cert ${path}`));
    if (now?.fingerprint === fingerprint && now.used) return false;
    if (!now) await this.must(/created|New empty/i, `new ssl cert ${path}`);
    if (now?.fingerprint !== fingerprint) {
      await this.abortOpen();
      await this.must(/created|updated/i, `set ssl cert ${path} <<\n${pem}`);
      await this.must(/Success/, `commit ssl cert ${path}`);
    }
    if (!now?.used)
      await this.must(/Success|already exists/, `add ssl crt-list ${this.list} ${path}`);
    return true;
  }

  /** Removes a certificate file from HAProxy, if loaded. @throws as {@link serve} */
  async forget(path: string): Promise<void> {
    if (!parseCertificate(await this.ask(`show ssl cert ${path}`))) return;
    await this.ask(`del ssl crt-list ${this.list} ${path}`);
    await this.must(/deleted/i, `del ssl cert ${path}`);
  }

  /** Domains in HAProxy's map of domains with a certificate. */
  async certified(): Promise<string[]> {
    const shown = await this.ask(`show map ${this.map}`);
    return shown.split("\n").flatMap((line) => line.split(" ")[1] ?? []);
  }

  /** Adds a domain to that map. @throws as {@link serve} */
  async certify(name: string): Promise<void> {
    await this.must(/^$/, `add map ${this.map} ${name} yes`);
  }

  /** Removes a domain from that map. @throws as {@link serve} */
  async decertify(name: string): Promise<void> {
    await this.must(/^$/, `del map ${this.map} ${name}`);
  }

  /**
   * Ends an update that a lost program or a refused commit left open: HAProxy has one open update for all files, and
   * refuses `set ssl cert` for any other file meanwhile.
   */
  private async abortOpen(): Promise<void> {
    const open = /^\*(\S+)$/m.exec(await this.ask("show ssl cert"))?.[1];
    if (open !== undefined) await this.must(/aborted/, `abort ssl cert ${open}`);
  }

  private async must(good: RegExp, command: string): Promise<void> {
    const answer = await this.ask(command);
    if (!good.test(answer)) {
      throw new Refused(
        `HAProxy refused the command ${command.split("\n")[0]!}: ${answer || "no answer"}`,
      );
    }
  }
}

/** Parses the answer to `show ssl cert <file>`; undefined if HAProxy has not loaded the file. */
export function parseCertificate(
  answer: string,
): { fingerprint?: string; used: boolean } | undefined {
  if (!/^Filename: /m.test(answer)) return undefined;
  const fingerprint = /^SHA1 FingerPrint: (\w+)/m.exec(answer)?.[1];
  return {
    ...(fingerprint === undefined ? {} : { fingerprint }),
    used: /^Status: Used/m.test(answer),
  };
}

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
