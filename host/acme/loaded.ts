import { sendCommand } from "../haproxy/send-command";

/** Certificates that HAProxy has loaded, changed without a reload. https://docs.haproxy.org/3.2/management.html#9.3 */
export class Loaded {
  /**
   * @param ask sends one command. @param list directory that HAProxy takes certificates from.
   * @param map reference of the map of names with a certificate.
   */
  constructor(
    private readonly list: string,
    private readonly map: string,
    private readonly ask: (command: string) => Promise<string>,
  ) {}

  /** The HAProxy behind an admin socket. */
  static behind(socket: string, list: string, map: string): Loaded {
    return new Loaded(list, map, (command) => sendCommand(socket, command));
  }

  /** Makes HAProxy serve a file's certificate; true if it did not before. */
  async serve(path: string, { pem, fingerprint }: { pem: string; fingerprint: string }) {
    const now = shownCertificate(await this.ask(`show ssl cert ${path}`));
    if (now?.fingerprint === fingerprint && now.used) return false;
    if (!now) await this.must(/created|New empty/i, `new ssl cert ${path}`);
    if (now?.fingerprint !== fingerprint) {
      await this.must(/created|updated/i, `set ssl cert ${path} <<\n${pem}`);
      await this.must(/Success/, `commit ssl cert ${path}`);
    }
    if (!now?.used)
      await this.must(/Success|already exists/, `add ssl crt-list ${this.list} ${path}`);
    return true;
  }

  /** Makes HAProxy forget a file's certificate, if it has it. */
  async forget(path: string): Promise<void> {
    if (!shownCertificate(await this.ask(`show ssl cert ${path}`))) return;
    await this.ask(`del ssl crt-list ${this.list} ${path}`);
    await this.must(/deleted/i, `del ssl cert ${path}`);
  }

  /** Makes the map of names with a certificate hold these; the ones that are new to it. */
  async certify(names: readonly string[]): Promise<string[]> {
    const shown = await this.ask(`show map ${this.map}`);
    const there = shown.split("\n").flatMap((line) => line.split(" ")[1] ?? []);
    const added = names.filter((name) => !there.includes(name));
    for (const name of added) await this.must(/^$/, `add map ${this.map} ${name} yes`);
    for (const name of there.filter((one) => !names.includes(one))) {
      await this.must(/^$/, `del map ${this.map} ${name}`);
    }
    return added;
  }

  private async must(good: RegExp, command: string): Promise<void> {
    const said = await this.ask(command);
    if (!good.test(said)) {
      throw new Error(`HAProxy says to ${command.split("\n")[0]!}: ${said || "nothing"}`);
    }
  }
}

/** What `show ssl cert` says of one file; undefined if HAProxy has no such file. */
export function shownCertificate(
  said: string,
): { fingerprint?: string; used: boolean } | undefined {
  if (!/^Filename: /m.test(said)) return undefined;
  const fingerprint = /^SHA1 FingerPrint: (\w+)/m.exec(said)?.[1];
  return {
    ...(fingerprint === undefined ? {} : { fingerprint }),
    used: /^Status: Used/m.test(said),
  };
}
