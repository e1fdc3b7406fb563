import { generateKeyPairSync } from "node:crypto";
import type Client from "acme-client/src/client";
import crypto from "acme-client/src/crypto";
import type { Authorization } from "acme-client";
import { type AcmeAccount, clientOf } from "./authority-client";
import type { DnsChallenge } from "./dns-challenge";
import { failureOf, OrderEnded, Refusal } from "./order-failure";
import { type Certificate, certificateOf } from "./store";

/** What an order needs besides the account and the name. */
export interface OrderArgs {
  /**
   * Name of the certificate that the new one replaces, for the authority's limits (RFC 9773, 5). An authority that
   * refuses the order for it is asked once more without.
   *
   * @default the authority is told of none
   */
  replaces?: string | undefined;
  /** Proves wildcard domains. @default only single names can be ordered */
  dns?: DnsChallenge | undefined;
  /**
   * Runs before each request that makes an order, a challenge or a certificate, and after each wait. Its error ends the order.
   *
   * @default nothing ends the order
   */
  goOn?: () => void;
}

/** Longest wait for the whole order, milliseconds. */
const orderMs = 180_000;
/**
 * Statuses with which authorities refuse to replace a certificate: 409 for one that is replaced already (RFC 9773, 5),
 * 400 and 404 for one that the authority or the account does not have (Boulder,
 * https://github.com/cert-manager/cert-manager/pull/9075).
 */
const replacementStatuses: readonly number[] = [400, 404, 409];

/**
 * Orders a certificate for one domain. HAProxy answers the HTTP-01 challenge of a single name by itself; a wildcard is
 * proved by DNS-01, since HTTP-01 cannot (RFC 8555, 8.3 and 7.1.3).
 *
 * @throws OrderFailure with the authority's message; OrderEnded as `goOn` throws it.
 */
export async function order(
  account: AcmeAccount,
  name: string,
  args: OrderArgs = {},
): Promise<Certificate> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const goOn = () => {
    // Nothing waits for the order any more.
    if (isLate) throw new OrderEnded("the order is late");
    args.goOn?.();
  };
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Error(`the order did not finish within ${orderMs / 1000} s`));
    }, orderMs);
  });
  try {
    return await Promise.race([run(account, name, { ...args, goOn }), late]);
  } catch (error) {
    if (error instanceof OrderEnded) throw error;
    throw failureOf(error, account.directory, Date.now());
  } finally {
    clearTimeout(timer);
  }
}

type Running = OrderArgs & Required<Pick<OrderArgs, "goOn">>;

async function run(
  account: AcmeAccount,
  name: string,
  { replaces, dns, goOn }: Running,
): Promise<Certificate> {
  goOn();
  const client = await clientOf(account);
  goOn();
  const made = await newOrder(client, name, replaces);
  for (const authorization of await client.getAuthorizations(made)) {
    if (authorization.status === "valid") continue;
    await prove(client, authorization, name, { dns, goOn });
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const keyPem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const [, csr] = await crypto.createCsr({ altNames: [name] }, keyPem);
  goOn();
  const finalized = await client.finalizeOrder(made, csr);
  const chain = await client.getCertificate(finalized);
  return certificateOf(name, `${chain}\n${keyPem}`);
}

/** @throws Refusal of an order that replaces nothing. */
async function newOrder(client: Client, name: string, replaces: string | undefined) {
  const wanted = { identifiers: [{ type: "dns", value: name }] };
  try {
    // The library passes on what its type does not declare.
    return await client.createOrder({ ...wanted, ...(replaces ? { replaces } : {}) });
  } catch (error) {
    const mayBeReplacement =
      error instanceof Refusal && replacementStatuses.includes(error.response.status);
    if (!replaces || !mayBeReplacement) throw error;
    return await client.createOrder(wanted);
  }
}

async function prove(
  client: Client,
  { challenges }: Authorization,
  name: string,
  { dns, goOn }: Pick<Running, "dns" | "goOn">,
): Promise<void> {
  const type = name.startsWith("*.") ? "dns-01" : "http-01";
  const challenge = challenges.find((one) => one.type === type);
  if (!challenge) {
    throw new Error(`the authority does not offer the ${type.toUpperCase()} challenge`);
  }
  const look = async () => {
    goOn();
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  };
  if (type === "http-01") return look();
  if (!dns) throw new Error("no broker can write the record of a wildcard");
  await dns.prove(name, await client.getChallengeKeyAuthorization(challenge), look, goOn);
}
