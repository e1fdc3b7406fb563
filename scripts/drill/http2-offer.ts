import { isIP } from "node:net";
import { connect } from "node:tls";
import type { StackOutputs } from "../operate/outputs";
import { Http2Visitor, type Http2Site } from "./http2-visitor";

/** Longest handshake, milliseconds. */
const handshakeMs = 3_000;

/** Why a site cannot be visited over HTTP/2; undefined if it offers HTTP/2. */
export function http2Refusal({ address, port, authority }: Http2Site): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      ...{ host: address, port, ALPNProtocols: ["h2"], rejectUnauthorized: false },
      ...(isIP(authority) ? {} : { servername: authority }),
    });
    const end = (refusal?: string) => {
      socket.destroy();
      resolve(refusal && `no HTTP/2: ${refusal}`);
    };
    socket.setTimeout(handshakeMs, () => end(`TLS is off (no handshake in ${handshakeMs} ms)`));
    socket.once("error", ({ message }) => end(`TLS is off (${message})`));
    socket.once("secureConnect", () =>
      socket.alpnProtocol === "h2" ? end() : end(`port ${port} does not offer it`),
    );
  });
}

/** A visitor over HTTP/2, or none; and the line about it in the report. */
export interface Http2Load {
  /** No visitor if the site does not offer HTTP/2. */
  visitors: Http2Visitor[];
  summary: () => string;
}

/** The visitor of a stack's site over HTTP/2, if port 443 of the floating IPv4 address offers HTTP/2. */
export async function http2Load(
  { url, floatingIp }: Pick<StackOutputs, "url" | "floatingIp">,
  path: string,
  perSecond: number,
): Promise<Http2Load> {
  const site = { address: floatingIp.ipv4, port: 443, authority: new URL(url).hostname };
  const refusal = await http2Refusal(site);
  if (refusal !== undefined) return { visitors: [], summary: () => refusal };
  const visitor = new Http2Visitor(site, path, perSecond);
  return { visitors: [visitor], summary: () => visitor.summary() };
}
