import type { ServerResponse } from "node:http";
import { createServer, request } from "node:https";
import type { TLSSocket } from "node:tls";
import { answerTo } from "./http-answer";
import { type Certificate, certificateOf } from "./store";

/** Credentials for mutual TLS between the two load balancers, all PEM. */
export interface Identity {
  key: string;
  cert: string;
  ca: string;
}

const limits = { answerMs: 3_000, maxLength: 4_000_000 };

/** URL path of the certificates. */
const path = "/certificates";

/**
 * Serves this node's certificates with their keys, to the other load balancer only.
 *
 * @param peer common name in the other load balancer's certificate.
 * @param certificates PEM texts by host name.
 */
export function serveCertificates(
  peer: string,
  where: { address: string; port: number },
  identity: Identity,
  certificates: () => Record<string, string>,
): void {
  const strict = { requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3" as const };
  const server = createServer({ ...identity, ...strict }, (call, response) => {
    const caller = String((call.socket as TLSSocket).getPeerCertificate().subject?.CN);
    if (caller !== peer) return end(response, 403, { error: `${caller} is not ${peer}` });
    if (call.method !== "GET" || call.url !== path) return end(response, 404, { error: "nothing" });
    end(response, 200, certificates());
  });
  server.listen(where.port, where.address);
}

function end(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/**
 * Fetches the other load balancer's certificates by host name; malformed ones are left out.
 *
 * @throws Error if it does not answer.
 */
export async function fetchCertificates(
  peer: string,
  where: { address: string; port: number },
  identity: Identity,
): Promise<Map<string, Certificate>> {
  const texts = JSON.parse(await ask(peer, where, identity)) as Record<string, string>;
  const found = new Map<string, Certificate>();
  for (const [name, text] of Object.entries(texts)) {
    try {
      found.set(name, certificateOf(name, text));
    } catch {
      // A certificate that HAProxy could not serve is skipped.
    }
  }
  return found;
}

async function ask(
  peer: string,
  { address, port }: { address: string; port: number },
  tls: Identity,
) {
  const options = { ...tls, host: address, port, path, servername: peer, agent: false };
  const call = request({ ...options, timeout: limits.answerMs });
  call.end();
  const { status, text } = await answerTo(call, limits);
  if (status === 200) return text;
  throw new Error(`${peer} answered ${status}: ${text.slice(0, 200)}`);
}
