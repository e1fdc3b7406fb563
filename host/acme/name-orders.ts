import { CheckPauses, OwnOrders, OverdueRenewals, timeLeft } from "./order-times";
import { logProblem, log } from "./journal";
import { OrderEnded, type OrderFailure } from "./order-failure";
import { type Failures, nextStep, type RenewalRequests } from "./plan";
import type { RenewalAdvice } from "./renewal-advice";
import { attemptsOf, nameStatus, type NameStatus } from "./status";
import type { Certificate, Store, Stored } from "./store";

/** What the orders need from the rest of the program. */
export interface OrderParts {
  store: Store;
  advice: Pick<RenewalAdvice, "refresh" | "renewMs" | "replacedId">;
  /** True on the load balancer that has the address; read anew before each step. */
  isActive: () => boolean;
  /** Operators' requests for new certificates. */
  requests: () => RenewalRequests;
  /** Why the authority would not accept a challenge of this stack for a name; undefined: the authority would accept one. */
  problem: (name: string) => Promise<string | undefined>;
  /** Warning of the last challenge for a name. */
  warning: (name: string) => string | undefined;
  /** Orders a certificate. @param goOn ends the order by an error. @throws OrderFailure, OrderEnded */
  order: (name: string, replaces: string | undefined, goOn: () => void) => Promise<Certificate>;
  /** Brings the stored certificates to HAProxy. */
  serve: () => Promise<void>;
  /** Keeps something for the next start; without the disk it counts in memory, so that orders stay rare. */
  onDisk: (save: () => void) => void;
  /** This node's clock, milliseconds since 1970, and the clock that no step changes. */
  nowMs: () => number;
  monotonicMs: () => number;
}

/** The orders of the stack's names, each when it is due, on the load balancer with the address. */
export class NameOrders {
  private readonly failures: Record<string, Failures>;
  /** Result of the last check by domain: why it does not lead to these load balancers. */
  private readonly elsewhere = new Map<string, string>();
  private readonly checks: CheckPauses;
  private readonly own: OwnOrders;
  private readonly overdue: OverdueRenewals;

  constructor(private readonly parts: OrderParts) {
    this.failures = parts.store.failures();
    this.checks = new CheckPauses(parts.monotonicMs);
    this.own = new OwnOrders(parts.monotonicMs);
    this.overdue = new OverdueRenewals(parts.nowMs, parts.monotonicMs);
  }

  /** Orders a certificate for the name, if one is due and the name leads here, or the present one nears its end. */
  async attend(name: string): Promise<void> {
    const { store, advice, nowMs, isActive } = this.parts;
    const held = store.read(name);
    if (held && isActive()) await advice.refresh(name, held, nowMs);
    const requestedMs = this.parts.requests()[name];
    const known = this.certificateFor(name);
    const isOn = isActive();
    const step = nextStep(nowMs(), isOn, known, this.failures[name], requestedMs);
    if (!isOn) {
      this.elsewhere.delete(name);
      this.checks.forget(name);
    }
    if (step.do === "wait" || !this.checks.isDue(name) || !this.own.allowsAnother(name)) return;
    if (!(await this.mayOrder(name, known))) return;
    await this.get(name);
  }

  /** True for a valid certificate that this node ordered itself, while it has the address. */
  keepsOwn(name: string, held: Stored | undefined): boolean {
    return this.parts.isActive() && this.own.isOwn(name, held, this.parts.nowMs());
  }

  /** Ends the problems of a name that has a new certificate. */
  succeeded(name: string): void {
    delete this.failures[name];
    this.keepFailures();
    this.elsewhere.delete(name);
  }

  /** Status of a name for operators. */
  status(name: string, active: boolean): NameStatus {
    const tries = attemptsOf(active ? this.failures[name] : undefined, this.elsewhere.get(name));
    const warning = this.parts.warning(name);
    return nameStatus(this.certificateFor(name), active, { ...tries, warning });
  }

  /** The stored certificate, with the time at which the authority suggests its renewal. */
  private certificateFor(name: string): Stored | undefined {
    const found = this.parts.store.read(name);
    return found && { ...found, suggestedMs: this.parts.advice.renewMs(name, found) };
  }

  /** A certificate that could not be kept is never ordered; another problem only delays a renewal. */
  private async mayOrder(name: string, known: Stored | undefined): Promise<boolean> {
    const full = this.parts.store.problem();
    const found = full ?? (await this.parts.problem(name));
    this.checks.note(name, full === undefined && found !== undefined);
    logProblem(name, found);
    if (found === undefined) {
      this.elsewhere.delete(name);
      return true;
    }
    this.elsewhere.set(name, found);
    if (known === undefined) return false;
    this.overdue.report(name, known, found);
    return full === undefined && this.overdue.insists(name, known);
  }

  /** An authority may refuse to replace a certificate: the order after a failed one tells of none. */
  private replaced(name: string): string | undefined {
    const held = this.failures[name] ? undefined : this.parts.store.read(name);
    return held && this.parts.advice.replacedId(name, held);
  }

  private async get(name: string): Promise<void> {
    const { store, isActive, order, serve, warning } = this.parts;
    const goOn = () => {
      if (!isActive())
        throw new OrderEnded("this load balancer does not have the address any more");
    };
    log(6, `${name}: ordering a certificate`);
    try {
      const got = await order(name, this.replaced(name), goOn);
      this.own.note(name, got);
      store.save(name, got);
      if (store.read(name)?.fingerprint !== got.fingerprint) {
        throw new Error("the certificate was issued, but cannot be read back from the disk");
      }
      this.succeeded(name);
      logProblem(`${name}: name servers`, warning(name));
      log(5, `${name}: new certificate, valid until ${new Date(got.notAfterMs).toISOString()}`);
      await serve();
    } catch (error) {
      if (error instanceof OrderEnded) log(5, `${name}: the order ended: ${error.message}`);
      else this.failed(name, error as OrderFailure);
    }
  }

  private failed(name: string, { message, retryAfterMs }: OrderFailure): void {
    const count = (this.failures[name]?.count ?? 0) + 1;
    const lastMs = this.parts.nowMs();
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    const failed = { count, lastMs, said: message, ...wait };
    this.failures[name] = failed;
    this.keepFailures();
    const now = this.parts.store.read(name);
    const left = now ? `; ${timeLeft(now, lastMs)}` : "";
    const { againMs = lastMs } = attemptsOf(failed, undefined);
    const again = `; asked again after ${new Date(againMs).toISOString()}`;
    log(now ? 3 : 4, `${name}: no certificate (${count} failures): ${message}${left}${again}`);
  }

  private keepFailures(): void {
    this.parts.onDisk(() => this.parts.store.saveFailures(this.failures));
  }
}

/** Named queues of work: each runs one piece of work at a time, and no queue waits for another one. */
export class SerialQueues {
  private readonly busy = new Set<string>();

  /** Begins work in a queue, unless the queue's earlier work still runs. An error of the work ends the program. */
  begin(queue: string, work: () => Promise<void>): void {
    if (this.busy.has(queue)) return;
    this.busy.add(queue);
    void work().finally(() => this.busy.delete(queue));
  }
}
