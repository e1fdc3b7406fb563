import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { CertificateDates, Failures } from "./plan";
import type { Advice } from "./renewal-advice";

/** A certificate chain with its key, as HAProxy reads it, and its metadata. */
export interface Certificate extends Omit<CertificateDates, "obtainedMs"> {
  /** Chain and key in PEM form, without empty lines. */
  pem: string;
  /** SHA-1 of the certificate in capital hex digits, as HAProxy prints it. */
  fingerprint: string;
  /** Distinguished name of the issuer, for operators. */
  issuer: string;
}

/**
 * Parses a chain with its key.
 *
 * @throws Error if it is not for the name, the key is not the certificate's, or a certificate of the chain is damaged: HAProxy
 * would not start with such a file.
 */
export function certificateOf(name: string, text: string): Certificate {
  const pem = `${text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .join("\n")}\n`;
  const leaf = new X509Certificate(pem);
  const damaged = chainOf(pem).findIndex((one) => !isWhole(one));
  if (damaged >= 0)
    throw new Error(`certificate ${damaged + 1} of the chain of ${name} is damaged`);
  if (!leaf.checkHost(name)) throw new Error(`the certificate is not for ${name}`);
  if (!leaf.checkPrivateKey(createPrivateKey(pem))) {
    throw new Error(`the key does not belong to the certificate of ${name}`);
  }
  return {
    pem,
    notBeforeMs: Date.parse(leaf.validFrom),
    notAfterMs: Date.parse(leaf.validTo),
    fingerprint: leaf.fingerprint.replaceAll(":", ""),
    issuer: leaf.issuer.replaceAll("\n", ", "),
  };
}

function chainOf(pem: string): string[] {
  return pem.match(/^-+BEGIN CERTIFICATE-+$[^]*?^-+END CERTIFICATE-+$/gm) ?? [];
}

function isWhole(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).raw.length > 0;
  } catch {
    return false;
  }
}

/** A stored certificate. */
export type Stored = Certificate & CertificateDates;

/** Start of a wildcard's file name, in place of `*.`: no host name has an underscore. */
const wildcardStart = "_wildcard.";

/** Size of a trial write, bytes: a chain of certificates with its key is smaller. */
const trialBytes = 32 * 1024;

/** Certificates on disk, which HAProxy loads when it starts, and the failed orders. */
export class Store {
  private readonly live: string;

  /** @param folder folder with `live/`, such as `/var/lib/webstack-acme`. */
  constructor(private readonly folder: string) {
    this.live = join(folder, "live");
    mkdirSync(this.live, { recursive: true });
  }

  /** Certificate file of a domain. An asterisk in a path means more than a letter to programs. */
  path(name: string): string {
    return join(this.live, `${name.replace(/^\*\./, wildcardStart)}.pem`);
  }

  /** Certificate of a domain; undefined if there is none that could be served. */
  read(name: string): Stored | undefined {
    try {
      const path = this.path(name);
      const obtainedMs = statSync(path).mtimeMs;
      return { ...certificateOf(name, readFileSync(path, "utf8")), obtainedMs };
    } catch {
      return undefined;
    }
  }

  /** Domains that have a certificate file. */
  names(): string[] {
    const files = readdirSync(this.live).filter((file) => /^[^.].*\.pem$/.test(file));
    const starts = new RegExp(`^${wildcardStart}`);
    return files.map((file) => file.slice(0, -".pem".length).replace(starts, "*.")).sort();
  }

  /**
   * Tries to write as much as a certificate takes. An order whose certificate cannot be kept would be repeated, and
   * an authority issues the same certificate a few times a week only
   * (https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers).
   *
   * @returns the problem; undefined if certificates can be kept.
   */
  problem(): string | undefined {
    const path = join(this.live, ".trial.new");
    try {
      writeFileSync(path, Buffer.alloc(trialBytes, "."), { mode: 0o640, flush: true });
      return undefined;
    } catch (error) {
      return `a certificate could not be kept in ${this.live}: ${(error as Error).message}`;
    } finally {
      rmSync(path, { force: true });
    }
  }

  /** @param obtainedMs time at which this node got the certificate. @default now */
  save(name: string, { pem }: Certificate, obtainedMs?: number): void {
    this.replace(this.path(name), join(this.live, ".certificate.new"), pem);
    if (obtainedMs !== undefined) {
      utimesSync(this.path(name), obtainedMs / 1000, obtainedMs / 1000);
    }
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
  }

  /** Writes the map of domains with a certificate, for the next start of HAProxy. */
  saveMap(names: readonly string[]): void {
    const text = names.map((name) => `${name} yes\n`).join("");
    const path = join(this.folder, "certified.map");
    let before: string | undefined;
    try {
      before = readFileSync(path, "utf8");
    } catch {
      // The first run.
    }
    if (before !== text) this.replace(path, `${path}.new`, text);
  }

  failures(): Record<string, Failures> {
    return this.recordOf("failures.json");
  }

  saveFailures(failures: Record<string, Failures>): void {
    this.saveRecord("failures.json", failures);
  }

  /** The authority's suggestions for renewals, by domain. */
  advice(): Record<string, Advice> {
    return this.recordOf("renewal-advice.json");
  }

  saveAdvice(advice: Record<string, Advice>): void {
    this.saveRecord("renewal-advice.json", advice);
  }

  /** Values that may still be in the zones of wildcard domains: the domain by value. */
  pendingChallenges(): Record<string, string> {
    return this.recordOf("open-proofs.json");
  }

  savePendingChallenges(open: Readonly<Record<string, string>>): void {
    this.saveRecord("open-proofs.json", open);
  }

  private recordOf<T>(file: string): Record<string, T> {
    try {
      return JSON.parse(readFileSync(join(this.folder, file), "utf8")) as Record<string, T>;
    } catch {
      return {};
    }
  }

  private saveRecord(file: string, record: object): void {
    const path = join(this.folder, file);
    this.replace(path, `${path}.new`, JSON.stringify(record));
  }

  private replace(path: string, next: string, text: string): void {
    writeFileSync(next, text, { mode: 0o640, flush: true });
    renameSync(next, path);
  }
}
