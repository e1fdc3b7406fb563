import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";

/** Longest wait for an answer, milliseconds. */
const answerMs = 10_000;

/**
 * The status of an answer at an address, whatever address DNS has for the name in the URL. Redirects are not followed,
 * and the certificate is not checked: {@link certificateAt} does that.
 */
export function statusAt(url: URL, address: string): Promise<number> {
  const { get } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const options = {
      ...{ agent: false as const, timeout: answerMs, rejectUnauthorized: false },
      ...{ host: address, port: url.port, path: url.pathname + url.search },
      headers: { host: url.host },
      ...(isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
    };
    const call = get(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    call.on("error", reject);
  });
}

/** A certificate as a browser judges it. */
export interface Certificate {
  /** Why the certificate is not trusted for the name; undefined: it is trusted. */
  refused?: string | undefined;
  /** Begin and end of its validity. */
  from: Date;
  until: Date;
  /** Name of the issuer. */
  issuer: string;
}

/**
 * The certificate that is served for a name at an address.
 *
 * @param ca root that must have issued it. @default the roots that Node.js trusts
 */
export function certificateAt(
  name: string,
  address: string,
  { ca, port = 443 }: { ca?: string | undefined; port?: number } = {},
): Promise<Certificate> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, servername: name, rejectUnauthorized: false };
    const socket = connect({ ...options, ...(ca === undefined ? {} : { ca }) }, () => {
      const found = socket.getPeerCertificate();
      const refused = socket.authorized ? undefined : String(socket.authorizationError);
      socket.destroy();
      const [from, until] = [new Date(found.valid_from), new Date(found.valid_to)];
      resolve({
        from,
        until,
        issuer: issuerOf(found),
        ...(refused === undefined ? {} : { refused }),
      });
    });
    socket.setTimeout(answerMs, () => {
      socket.destroy(new Error(`no answer within ${answerMs / 1000} s`));
    });
    socket.on("error", reject);
  });
}

function issuerOf({ issuer }: PeerCertificate): string {
  const name = issuer?.O ?? issuer?.CN ?? "nobody";
  return Array.isArray(name) ? name.join(", ") : name;
}
