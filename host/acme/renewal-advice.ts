import { X509Certificate } from "node:crypto";
import { NoSuggestion, type Suggestion, timeInWindow } from "./renewal-info";

/** What is kept of an authority's suggestion for a certificate, times by this node's clock. */
export interface Advice {
  /** SHA-1 of the certificate, capital hex digits. */
  fingerprint: string;
  /** ACME directory of the authority that was asked. @default an earlier release asked, so the authority is unknown */
  directory?: string;
  /** When the authority was asked, and when it is asked again. */
  askedMs: number;
  nextMs: number;
  /** Time of renewal. @default the authority suggests none */
  renewMs?: number;
}

/** A certificate as far as the advice needs it. */
interface Advised {
  pem: string;
  fingerprint: string;
  notAfterMs: number;
}

const hourMs = 3_600_000;

/** Wait between two requests about a certificate, milliseconds. Source of the bounds: RFC 9773, 4.3.1 and 4.3.3. */
const pauses = { usual: 6 * hourMs, least: 60_000, most: 24 * hourMs };

/** Pause of all requests after one that did not reach the authority, milliseconds. */
const unreachedMs = 600_000;

/** The authority's suggestions when to renew each name's certificate, asked as rarely as the authority wants. */
export class RenewalAdvice {
  private unreached: { atMs: number } | undefined;

  /**
   * @param directory ACME directory of the authority. What another authority has suggested does not count.
   * @param kept suggestions of earlier runs by name, which change here.
   * @param ask asks the authority about a certificate. @param keep stores the suggestions.
   * @param complain logs the reason why there is no suggestion; undefined: there is one.
   */
  constructor(
    private readonly directory: string,
    private readonly kept: Record<string, Advice>,
    private readonly ask: (id: string) => Promise<Suggestion>,
    private readonly keep: (kept: Record<string, Advice>) => void,
    private readonly complain: (name: string, text: string | undefined) => void,
  ) {}

  /** Time of renewal that the authority suggests, by this node's clock; undefined: two thirds of the life count. */
  renewMs(name: string, { fingerprint }: { fingerprint: string }): number | undefined {
    const found = this.kept[name];
    return this.isAbout(found, fingerprint) ? found.renewMs : undefined;
  }

  /**
   * The certificate's name for the authority, which then ends the old order's place; undefined: this authority did not
   * say that it knows the certificate, as after a change of the directory.
   */
  replacedId(name: string, certificate: Advised): string | undefined {
    return this.renewMs(name, certificate) === undefined
      ? undefined
      : certificateId(certificate.pem);
  }

  /** Asks the authority about a name's certificate, if that is due. Never fails: without an answer there is no advice. */
  async refresh(name: string, certificate: Advised, nowMs: () => number): Promise<void> {
    const askedMs = nowMs();
    const before = this.kept[name];
    const isSame = this.isAbout(before, certificate.fingerprint);
    // A clock that was set back must not lengthen a wait.
    if (isSame && before.askedMs <= askedMs && askedMs < before.nextMs) return;
    const quietMs = askedMs - (this.unreached?.atMs ?? -Infinity);
    if (quietMs >= 0 && quietMs < unreachedMs) return isSame ? undefined : this.drop(name);
    const asked = { fingerprint: certificate.fingerprint, directory: this.directory, askedMs };
    try {
      const { renewMs, waitMs } = await this.fetch(certificate, nowMs);
      this.kept[name] = { ...asked, nextMs: askedMs + waitMs, renewMs };
      this.complain(name, undefined);
    } catch (error) {
      if (error instanceof NoSuggestion) {
        this.kept[name] = { ...asked, nextMs: askedMs + pauses.usual };
      } else {
        this.unreached = { atMs: nowMs() };
        // What the authority has suggested for this certificate holds until it suggests another time.
        if (!isSame) delete this.kept[name];
      }
      this.complain(name, (error as Error).message);
    }
    this.keep(this.kept);
  }

  private isAbout(kept: Advice | undefined, fingerprint: string): kept is Advice {
    return kept?.fingerprint === fingerprint && kept.directory === this.directory;
  }

  private drop(name: string): void {
    if (this.kept[name] === undefined) return;
    delete this.kept[name];
    this.keep(this.kept);
  }

  private async fetch({ pem, notAfterMs }: Advised, nowMs: () => number) {
    const id = idOf(pem);
    const suggestion = await this.ask(id);
    if (suggestion.endMs > notAfterMs) {
      throw new NoSuggestion("the authority suggests a renewal after the certificate's end");
    }
    const own = nowMs();
    // The authority's clock counts: this node's may be wrong.
    const inMs = timeInWindow(id, suggestion) - (suggestion.authorityMs ?? own);
    const wanted = suggestion.retryAfterMs ?? pauses.usual;
    const waitMs = Math.min(Math.max(wanted, pauses.least), pauses.most);
    return { renewMs: own + inMs, waitMs };
  }
}

/** @throws NoSuggestion for a certificate that no authority can be asked about. */
function idOf(pem: string): string {
  try {
    return certificateId(pem);
  } catch (error) {
    throw new NoSuggestion((error as Error).message);
  }
}

/** An element of DER: its tag, and the bytes of its content. */
interface Element {
  tag: number;
  content: Buffer;
}

const tags = { objectId: 0x06, octets: 0x04, extensions: 0xa3, keyId: 0x80 } as const;

/** The extension AuthorityKeyIdentifier, 2.5.29.35, as DER has it. Source: RFC 5280, 4.2.1.1. */
const authorityKeyId = Buffer.from([0x55, 0x1d, 0x23]);

/** The elements that follow each other in some bytes. */
function elements(der: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der.readUInt8(at);
    const first = der.readUInt8(at + 1);
    const more = first > 0x80 ? first - 0x80 : 0;
    const length = more === 0 ? first : der.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    if (start + length > der.length) throw new Error("the certificate ends too early");
    found.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

/**
 * The name under which an authority knows a certificate for its renewal. Source: RFC 9773, 4.1.
 *
 * @param pem certificate, or a chain that begins with it.
 *
 * @throws Error if it does not name its authority's key.
 */
export function certificateId(pem: string): string {
  const [certificate] = elements(new X509Certificate(pem).raw);
  const [signed] = elements(certificate!.content);
  const fields = elements(signed!.content);
  // After the version, which every certificate with extensions has.
  const serial = fields[1]!.content;
  const list = fields.find(({ tag }) => tag === tags.extensions);
  const extensions = list ? elements(elements(list.content)[0]!.content) : [];
  const parts = extensions.map(({ content }) => elements(content));
  const own = parts.find(([id]) => id!.tag === tags.objectId && id!.content.equals(authorityKeyId));
  const value = own?.find(({ tag }) => tag === tags.octets)?.content;
  const [names] = value ? elements(value) : [];
  const key = names && elements(names.content).find(({ tag }) => tag === tags.keyId)?.content;
  if (!key) throw new Error("the certificate does not name the key of its authority");
  return `${key.toString("base64url")}.${serial.toString("base64url")}`;
}
