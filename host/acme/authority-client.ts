import { Agent } from "node:https";
import axios from "acme-client/src/axios";
import Client from "acme-client/src/client";
import { Refusal } from "./order-failure";

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

/** Longest wait for one answer of the authority, milliseconds. */
const answerMs = 20_000;
/** Poll intervals for challenges and orders, rising, milliseconds. */
const looks = { backoffAttempts: 20, backoffMin: 1_000, backoffMax: 10_000 };
/** Retries after a refused nonce: an authority may refuse nonces at random (Pebble does). */
const badNonces = 20;
/** The one refusal that the library repeats by itself. Source: RFC 8555, 6.5. */
const badNonce = "urn:ietf:params:acme:error:badNonce";

// The library's own retries are off: this program decides about waits. Its code for them also hides the error of a
// connection, and an answer's status with its Retry-After (seen, acme-client 5.4.0).
axios.interceptors.request.clear();
axios.interceptors.response.clear();
axios.interceptors.response.use((response) => {
  const { status, data, headers, config } = response;
  if (status < 400 || (data as { type?: string } | undefined)?.type === badNonce) return response;
  const request = `${String(config.method).toUpperCase()} ${config.url}`;
  throw new Refusal({ status, data: data as unknown, headers }, request);
});
axios.defaults.timeout = answerMs;

/** A client of the authority, with the account of the key, which is created if there is none. @throws Error */
export async function clientOf({ directory, key, email, caPem }: AcmeAccount): Promise<Client> {
  if (caPem !== undefined) axios.defaults.httpsAgent = new Agent({ ca: caPem });
  const client = new Client({ directoryUrl: directory, accountKey: key, ...looks });
  Object.assign((client as unknown as { http: object }).http, { maxBadNonceRetries: badNonces });
  await useAccount(client, email === undefined ? {} : { contact: [`mailto:${email}`] });
  return client;
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
