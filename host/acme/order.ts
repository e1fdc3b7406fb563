import { generateKeyPairSync } from "node:crypto";
import { Agent } from "node:https";
import axios from "acme-client/src/axios";
import Client from "acme-client/src/client";
import crypto from "acme-client/src/crypto";
import type { Authorization } from "acme-client";
import type { DnsProof } from "./dns-proof";
import { retryAfterMs } from "./retry-after";
import { type Certificate, certificateOf } from "./store";

/** What an order needs besides the account and the name. */
export interface OrderArgs {
  /**
   * Name of the certificate that the new one replaces, for the authority's limits (RFC 9773, 5).
   *
   * @default the authority is told of none
   */
  replaces?: string | undefined;
  /** Proves wildcard domains. @default only single names can be ordered */
  dns?: DnsProof | undefined;
}

/** The account with which certificates are ordered. */
export interface AcmeAccount {
  /** ACME directory of the authority. */
  directory: string;
  /** Key of the account in PEM form. */
  key: string;
  /** Contact address for the authority. */
  email?: string;
  /** CA certificates for the authority's API. @default the operating system's */
  caPem?: string;
}

/** A failed order: message for operators, and the wait that the authority demands. */
export class OrderFailure extends Error {
  constructor(
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** Longest wait for one answer of the authority, and for the whole order, milliseconds. */
const answerMs = 20_000;
const orderMs = 180_000;
/** Poll intervals for challenges and orders, rising, milliseconds. */
const polling = { backoffAttempts: 20, backoffMin: 1_000, backoffMax: 10_000 };
/** Retries after a refused nonce: an authority may refuse nonces at random (Pebble does). */
const badNonces = 20;

/**
 * Orders a certificate for one domain. HAProxy answers the HTTP-01 challenge of a single name by itself; a wildcard is
 * proved by DNS-01, since HTTP-01 cannot (RFC 8555, 8.3 and 7.1.3).
 *
 * @throws OrderFailure with the authority's message.
 */
export async function order(
  account: AcmeAccount,
  name: string,
  args: OrderArgs = {},
): Promise<Certificate> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the order did not finish within ${orderMs / 1000} s`)),
      orderMs,
    );
  });
  try {
    return await Promise.race([run(account, name, args), late]);
  } catch (error) {
    throw failureOf(error, Date.now());
  } finally {
    clearTimeout(timer);
  }
}

async function run(
  { directory, key, email, caPem }: AcmeAccount,
  name: string,
  { replaces, dns }: OrderArgs,
): Promise<Certificate> {
  // The library's own retries are off: this program decides about waits.
  Object.assign(axios.defaults, { acmeSettings: { retryMaxAttempts: 0, retryDefaultDelay: 5 } });
  axios.defaults.timeout = answerMs;
  if (caPem !== undefined) axios.defaults.httpsAgent = new Agent({ ca: caPem });
  const client = new Client({ directoryUrl: directory, accountKey: key, ...polling });
  Object.assign((client as unknown as { http: object }).http, { maxBadNonceRetries: badNonces });
  await useAccount(client, email === undefined ? {} : { contact: [`mailto:${email}`] });
  const wanted = { identifiers: [{ type: "dns", value: name }], ...(replaces ? { replaces } : {}) };
  // The library passes on what its type does not declare.
  const made = await client.createOrder(wanted);
  for (const authorization of await client.getAuthorizations(made)) {
    if (authorization.status === "valid") continue;
    await prove(client, authorization, name, dns);
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const keyPem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const [, csr] = await crypto.createCsr({ altNames: [name] }, keyPem);
  const finalized = await client.finalizeOrder(made, csr);
  const chain = await client.getCertificate(finalized);
  return certificateOf(name, `${chain}\n${keyPem}`);
}

async function prove(
  client: Client,
  { challenges }: Authorization,
  name: string,
  dns: DnsProof | undefined,
): Promise<void> {
  const type = name.startsWith("*.") ? "dns-01" : "http-01";
  const challenge = challenges.find((one) => one.type === type);
  if (!challenge) {
    throw new Error(`the authority does not offer the ${type.toUpperCase()} challenge`);
  }
  const look = async () => {
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  };
  if (type === "http-01") return look();
  if (!dns) throw new Error("no broker can write the record of a wildcard");
  await dns.prove(name, await client.getChallengeKeyAuthorization(challenge), look);
}

/** The library's low-level API, which its types do not declare. */
interface Lower {
  api: { createAccount(request: object): Promise<{ status: number }> };
}

/**
 * Creates the account of this key, or finds it. An existing account gets its contact updated, if there is
 * one. Without a contact the library would send the terms again, which is refused as an empty update
 * (seen, Pebble 2.4).
 */
async function useAccount(client: Client, contact: { contact?: string[] }): Promise<void> {
  const { api } = client as unknown as Lower;
  const { status } = await api.createAccount({ termsOfServiceAgreed: true, ...contact });
  if (status === 200 && contact.contact) await client.updateAccount(contact);
}

interface HttpError extends Error {
  code?: string;
  response?: {
    status: number;
    headers?: Record<string, unknown>;
    data?: { detail?: string };
  };
}

/** Converts an error of the client library. @param nowMs present time, for a `Retry-After` date. */
export function failureOf(error: unknown, nowMs: number): OrderFailure {
  const { message, code, response } = error as HttpError;
  if (!response)
    return new OrderFailure(code && !message.includes(code) ? `${message} (${code})` : message);
  const detail = response.data?.detail ?? message;
  return new OrderFailure(
    `the authority answered with status ${response.status}: ${detail}`,
    retryAfterMs(response.headers?.["retry-after"], nowMs),
  );
}
