import { z } from "zod";
import { setting } from "./setting";

/** Parses the URL of an endpoint that may receive secrets; undefined for every other text. */
function endpoint(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || text.endsWith("/") || url.username || url.search || url.hash) return undefined;
  // Only the local cloud's own addresses may use clear text.
  const local = /^(localhost|127\.\d+\.\d+\.\d+|198\.1[89]\.\d+\.\d+)$/.test(url.hostname);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && local);
  return isSafe ? url : undefined;
}

/** True for the endpoint of an API, with or without a path. */
export function isApiEndpoint(text: string): boolean {
  return endpoint(text) !== undefined;
}

/** True for the endpoint of a store, without a path. */
export function isStoreEndpoint(text: string): boolean {
  return endpoint(text)?.pathname === "/";
}

/** Lines of a service's own configuration, passed on verbatim: they may use every feature of the service. */
export const rawLines = z
  .string()
  .max(8000)
  .refine((text) => text.trim() !== "" && !/[^\P{Cc}\n\t]/u.test(text));

/** Rule for such lines, as in messages. */
export const rawRule = "lines of text, at most 8000 characters, without control characters";

const publicKeyForm =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\.com) ([A-Za-z0-9+/]{40,}={0,3})( [^\r\n]*)?$/;

/**
 * True for an OpenSSH public key in one line: type, data, comment. The data, a sequence of texts with
 * length prefixes, must begin with the type and be complete: RFC 4253, 6.6. With a truncated key sshd
 * would refuse the login without naming the cause.
 */
export function isSshPublicKey(line: string): boolean {
  const [, type, data = ""] = publicKeyForm.exec(line) ?? [];
  if (type === undefined) return false;
  const bytes = Buffer.from(data, "base64");
  const texts: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return false;
    texts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length && texts.length > 1 && texts[0]!.toString() === type;
}

/** Bounds of a version and the rule for its change. */
const oneStep = {
  most: 1000,
  must: "be a whole number from 1 to 1000; raise it by 1 at a time and never lower it",
};

/**
 * Setting for the version of keys or passwords that the stack itself generates: a higher number generates new ones.
 *
 * @param about the description: what the number counts, and what happens to the former keys or passwords.
 */
export function secretVersion(about: string, { most, must } = oneStep) {
  return setting(z.number().int().min(1).max(most), { about, must, example: 2 }).default(1);
}
