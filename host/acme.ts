import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { serveCertificates, fetchCertificates } from "./acme/exchange";
import { domainProblem } from "./acme/domain-check";
import { DnsProof } from "./acme/dns-proof";
import { LoadedCertificates } from "./acme/loaded-certificates";
import { order } from "./acme/order";
import type { OrderFailure } from "./acme/order-failure";
import { OpenProofs } from "./acme/open-proofs";
import { OwnOrders } from "./acme/own-orders";
import { nextStep, supersedes } from "./acme/plan";
import { credential, holdsAddress, identityOf, readConfig } from "./acme/config";
import { complain, say } from "./acme/journal";
import { RenewalAdvice } from "./acme/renewal-advice";
import { askRenewalInfo } from "./acme/renewal-info";
import { readRenewalRequests } from "./acme/renewal-requests";
import { nameStatus, attemptsOf } from "./acme/status";
import { bringToHaproxy } from "./acme/served-certificates";
import { Store, type Stored } from "./acme/store";
import { monotonicMs } from "./time/monotonic";

/** Pause between two rounds, milliseconds. */
const roundMs = 5_000;
/** Pause between two requests to the other load balancer for newer certificates, milliseconds. */
const exchangeMs = 10_000;
/** Pause between two checks of a domain that does not lead to these load balancers yet, milliseconds. */
const probeMs = 15_000;

const config = readConfig(process.argv[2] ?? "/etc/webstack/acme.json");
const identity = identityOf("");
const accountKey = credential("account-key");
const store = new Store(config.store);
const loaded = LoadedCertificates.behind(config.socket, `${config.store}/live`, config.map);
const failures = store.failures();
/** Result of the last check by domain: why it does not lead to these load balancers. */
const elsewhere = new Map<string, string>();
const probeAt = new Map<string, number>();
const orders = new OwnOrders(monotonicMs);
const advice = new RenewalAdvice(
  config.directory,
  store.advice(),
  (id) => askRenewalInfo(config, id),
  (kept) => onDisk(() => store.saveAdvice(kept)),
  (name, text) => complain(`${name}: time of renewal`, text),
);
const proofs = new OpenProofs(store.openProofs(), (open) =>
  onDisk(() => store.saveOpenProofs(open)),
);
const dns = config.brokers && DnsProof.through(config.brokers, identityOf("broker-"), proofs);
let exchangeAt = 0;
let lastStatus = "";

async function exchange(): Promise<void> {
  if (monotonicMs() < exchangeAt) return;
  exchangeAt = monotonicMs() + exchangeMs;
  const { peer, port } = config;
  try {
    const theirs = await fetchCertificates(peer.name, { address: peer.address, port }, identity);
    complain(peer.name, undefined);
    for (const name of config.domains) {
      const other = theirs.get(name);
      const own = store.read(name);
      if (!other || (holdsAddress(config) && orders.isOwn(name, own, Date.now()))) continue;
      if (!supersedes(other, own, Date.now())) continue;
      store.save(name, other);
      succeeded(name);
      say(5, `${name}: certificate from ${peer.name}`);
    }
  } catch (error) {
    complain(peer.name, (error as Error).message);
  }
}

function succeeded(name: string): void {
  delete failures[name];
  keepFailures();
  elsewhere.delete(name);
}

/** The stored certificate, with the time at which the authority suggests its renewal. */
function certificateFor(name: string): Stored | undefined {
  const found = store.read(name);
  return found && { ...found, suggestedMs: advice.renewMs(name, found) };
}

async function attend(name: string, active: boolean): Promise<void> {
  const requestedMs = readRenewalRequests(config.renewals)[name];
  const held = store.read(name);
  if (active && held) await advice.refresh(name, held, () => Date.now());
  const step = nextStep(Date.now(), active, certificateFor(name), failures[name], requestedMs);
  if (step.do === "wait") {
    if (!active) elsewhere.delete(name);
    return;
  }
  if (monotonicMs() < (probeAt.get(name) ?? 0) || !orders.allowsAnother(name)) return;
  probeAt.set(name, monotonicMs() + probeMs);
  const found = store.problem() ?? (await nameProblem(name));
  complain(name, found);
  if (found !== undefined) return void elsewhere.set(name, found);
  elsewhere.delete(name);
  await get(name);
}

function keepFailures(): void {
  onDisk(() => store.saveFailures(failures));
}

/** Keeps something for the next start; without the disk it counts in memory, so that orders stay rare. */
function onDisk(save: () => void): void {
  try {
    save();
  } catch (error) {
    complain("disk", (error as Error).message);
  }
}

/** Why the authority would not accept this stack's proof of a name; undefined: it would. */
function nameProblem(name: string): Promise<string | undefined> {
  return dns && name.startsWith("*.") ? dns.problem(name) : domainProblem(name, config.thumbprint);
}

/** An authority may refuse to replace a certificate: the next order tells of none. */
function replaced(name: string): string | undefined {
  const held = failures[name] ? undefined : store.read(name);
  return held && advice.replacedId(name, held);
}

async function get(name: string): Promise<void> {
  say(6, `${name}: ordering a certificate`);
  try {
    const args = { replaces: replaced(name), dns };
    const got = await order({ ...config, key: accountKey }, name, args);
    orders.note(name, got);
    store.save(name, got);
    if (store.read(name)?.fingerprint !== got.fingerprint) {
      throw new Error("the certificate was issued, but cannot be read back from the disk");
    }
    succeeded(name);
    complain(`${name}: name servers`, dns?.warning(name));
    say(5, `${name}: new certificate, valid until ${new Date(got.notAfterMs).toISOString()}`);
    await bringToHaproxy(store, loaded, config.domains);
  } catch (error) {
    failed(name, error as OrderFailure);
  }
}

function failed(name: string, { message, retryAfterMs }: OrderFailure): void {
  const count = (failures[name]?.count ?? 0) + 1;
  const lastMs = Date.now();
  failures[name] = {
    count,
    lastMs,
    said: message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  keepFailures();
  const now = store.read(name);
  const hours = now ? Math.floor((now.notAfterMs - lastMs) / 3_600_000) : 0;
  const left = now ? `; the present one is valid for ${hours} h` : "";
  const { againMs } = attemptsOf(failures[name], undefined);
  const again =
    againMs === undefined ? "" : `; asked again after ${new Date(againMs).toISOString()}`;
  say(now ? 3 : 4, `${name}: no certificate (${count} failures): ${message}${left}${again}`);
}

function report(active: boolean): void {
  const names = config.domains.map((name) => {
    const tries = attemptsOf(active ? failures[name] : undefined, elsewhere.get(name));
    const warning = dns?.warning(name);
    return [name, nameStatus(certificateFor(name), active, { ...tries, warning })];
  });
  const status = JSON.stringify({ orders: active, names: Object.fromEntries(names) as object });
  if (status === lastStatus) return;
  writeFileSync(`${config.status}.new`, status);
  renameSync(`${config.status}.new`, config.status);
  lastStatus = status;
}

async function main(): Promise<void> {
  const own = () =>
    Object.fromEntries(
      config.domains.flatMap((name): [string, string][] => {
        const found = store.read(name);
        return found ? [[name, found.pem]] : [];
      }),
    );
  serveCertificates(config.peer.name, config, identity, own);
  for (;;) {
    await exchange();
    await bringToHaproxy(store, loaded, config.domains);
    const active = holdsAddress(config);
    await dns?.tidy(active ? config.domains.filter((name) => name.startsWith("*.")) : []);
    for (const name of config.domains) {
      await attend(name, active);
      report(active);
    }
    await pause(roundMs);
  }
}

void main();
