import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { serveCertificates, fetchCertificates } from "./acme/exchange";
import { domainProblem } from "./acme/domain-check";
import { DnsChallenge } from "./acme/dns-challenge";
import { SerialQueues, NameOrders } from "./acme/name-orders";
import { LoadedCertificates, bringToHaproxy } from "./acme/haproxy-certificates";
import { order } from "./acme/order";
import { PendingChallenges } from "./acme/challenges";
import { supersedes, readRenewalRequests } from "./acme/plan";
import { credential, holdsAddress, identityOf, readConfig } from "./acme/config";
import { logProblem, log } from "./acme/journal";
import { RenewalAdvice } from "./acme/renewal-advice";
import { askRenewalInfo } from "./acme/renewal-info";
import { Store } from "./acme/store";
import { monotonicMs } from "./time/monotonic";

/** Pause between two rounds, milliseconds. */
const roundMs = 5_000;
/** Pause between two requests to the other load balancer for newer certificates, milliseconds. */
const exchangeMs = 10_000;

const config = readConfig(process.argv[2] ?? "/etc/webstack/acme.json");
const identity = identityOf("");
const accountKey = credential("account-key");
const store = new Store(config.store);
const loaded = LoadedCertificates.behind(config.socket, `${config.store}/live`, config.map);
const advice = new RenewalAdvice(
  config.directory,
  store.advice(),
  (id) => askRenewalInfo(config, id),
  (kept) => onDisk(() => store.saveAdvice(kept)),
  (name, text) => logProblem(`${name}: time of renewal`, text),
);
const challenges = new PendingChallenges(store.pendingChallenges(), (open) =>
  onDisk(() => store.savePendingChallenges(open)),
);
const dns =
  config.brokers && DnsChallenge.through(config.brokers, identityOf("broker-"), challenges);
const orders = new NameOrders({
  store,
  advice,
  isActive: () => holdsAddress(config),
  requests: () => readRenewalRequests(config.renewals),
  problem: (name) =>
    dns && isWildcard(name) ? dns.problem(name) : domainProblem(name, config.thumbprint),
  warning: (name) => dns?.warning(name),
  order: (name, replaces, goOn) =>
    order({ ...config, key: accountKey }, name, { replaces, dns, goOn }),
  serve,
  onDisk,
  nowMs: () => Date.now(),
  monotonicMs,
});
const queues = new SerialQueues();
const wildcards = config.domains.filter(isWildcard);
const singles = config.domains.filter((name) => !isWildcard(name));
let exchangeAt = 0;
let lastStatus = "";
/** The last use of HAProxy's socket: two at a time would be in each other's way. */
let serving = Promise.resolve();

function isWildcard(name: string): boolean {
  return name.startsWith("*.");
}

function serve(): Promise<void> {
  const next = () => bringToHaproxy({ store, loaded, domains: config.domains, onDisk });
  serving = serving.then(next, next);
  return serving;
}

async function exchange(): Promise<void> {
  if (monotonicMs() < exchangeAt) return;
  exchangeAt = monotonicMs() + exchangeMs;
  const { peer, port } = config;
  try {
    const theirs = await fetchCertificates(peer.name, { address: peer.address, port }, identity);
    logProblem(peer.name, undefined);
    for (const name of config.domains) {
      const other = theirs.get(name);
      const own = store.read(name);
      if (!other || orders.keepsOwn(name, own)) continue;
      if (!supersedes(other, own, Date.now())) continue;
      store.save(name, other);
      orders.succeeded(name);
      log(5, `${name}: certificate from ${peer.name}`);
    }
  } catch (error) {
    logProblem(peer.name, (error as Error).message);
  }
}

/** Keeps something for the next start; without the disk it counts in memory, so that orders stay rare. */
function onDisk(save: () => void): void {
  try {
    save();
  } catch (error) {
    logProblem("disk", (error as Error).message);
  }
}

function report(): void {
  const active = holdsAddress(config);
  const names = config.domains.map((name) => [name, orders.status(name, active)]);
  const status = JSON.stringify({ orders: active, names: Object.fromEntries(names) as object });
  if (status === lastStatus) return;
  onDisk(() => {
    writeFileSync(`${config.status}.new`, status);
    renameSync(`${config.status}.new`, config.status);
    lastStatus = status;
  });
}

async function attend(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await orders.attend(name);
    report();
  }
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
    await serve();
    // An order of a wildcard waits for name servers: it delays no other name.
    queues.begin("single names", () => attend(singles));
    for (const name of wildcards) queues.begin(name, () => attend([name]));
    const tidied = holdsAddress(config) ? wildcards : [];
    if (dns) queues.begin("stale challenges", () => dns.tidy(tidied));
    report();
    await pause(roundMs);
  }
}

void main();
