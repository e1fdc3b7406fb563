import { generateKeyPairSync } from "node:crypto";
import { Agent } from "node:https";
import axios from "acme-client/src/axios";
import Client from "acme-client/src/client";
import crypto from "acme-client/src/crypto";
import { type Certificate, certificateOf } from "./pem";

/** The account with which certificates are ordered. */
export interface Account {
  /** ACME directory of the authority. */
  directory: string;
  /** Key of the account in PEM form. */
  key: string;
  /** Where the authority writes to. */
  email?: string;
  /** What the authority's own API is trusted by. @default what the operating system trusts */
  caPem?: string;
}

/** Why an order failed, for a person, and the wait that the authority asked for. */
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
/** Looks at a proof or an order: after this time at first, then seldomer, milliseconds. */
const looks = { backoffAttempts: 20, backoffMin: 1_000, backoffMax: 10_000 };
/** An authority may refuse nonces at random; half of them in a row make no order fail. */
const badNonces = 20;

/**
 * Orders a certificate for one name, proved by HTTP-01: HAProxy answers by itself.
 *
 * @throws OrderFailure with the authority's own words.
 */
export async function order(account: Account, name: string): Promise<Certificate> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${orderMs / 1000} s`)), orderMs);
  });
  try {
    return await Promise.race([run(account, name), late]);
  } catch (error) {
    throw failureOf(error, Date.now());
  } finally {
    clearTimeout(timer);
  }
}

async function run({ directory, key, email, caPem }: Account, name: string): Promise<Certificate> {
  // Waits and their limits are this program's own.
  Object.assign(axios.defaults, { acmeSettings: { retryMaxAttempts: 0, retryDefaultDelay: 5 } });
  axios.defaults.timeout = answerMs;
  if (caPem !== undefined) axios.defaults.httpsAgent = new Agent({ ca: caPem });
  const client = new Client({ directoryUrl: directory, accountKey: key, ...looks });
  Object.assign((client as unknown as { http: object }).http, { maxBadNonceRetries: badNonces });
  await useAccount(client, email === undefined ? {} : { contact: [`mailto:${email}`] });
  const made = await client.createOrder({ identifiers: [{ type: "dns", value: name }] });
  for (const authorization of await client.getAuthorizations(made)) {
    if (authorization.status === "valid") continue;
    const challenge = authorization.challenges.find(({ type }) => type === "http-01");
    if (!challenge) throw new Error("the authority offers no proof by HTTP-01");
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const keyPem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const [, csr] = await crypto.createCsr({ altNames: [name] }, keyPem);
  const finalized = await client.finalizeOrder(made, csr);
  const chain = await client.getCertificate(finalized);
  return certificateOf(name, `${chain}\n${keyPem}`);
}

/** The library's lower half, which is not in its types. */
interface Lower {
  api: { createAccount(request: object): Promise<{ status: number }> };
}

/**
 * Makes the account of this key, or finds it. One that was there is told its contact, and nothing if
 * there is none: the library would send it the agreement again, which is refused as an empty update
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

/** The failure behind what the client library threw. @param nowMs for a `Retry-After` that is a date. */
export function failureOf(error: unknown, nowMs: number): OrderFailure {
  const { message, code, response } = error as HttpError;
  if (!response)
    return new OrderFailure(code && !message.includes(code) ? `${message} (${code})` : message);
  const detail = response.data?.detail ?? message;
  const after = response.headers?.["retry-after"];
  const seconds = Number(after);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(String(after)) - nowMs;
  return new OrderFailure(
    `the authority answered ${response.status}: ${detail}`,
    after !== undefined && waitMs > 0 ? waitMs : undefined,
  );
}
