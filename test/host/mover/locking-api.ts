import { ApiFailure } from "../../../host/cloud-api/failure";

/** How a {@link LockingApi} behaves. */
export interface LockingOptions {
  /** Duration of an assign, during which its server is locked, milliseconds. */
  actionMs: number;
  /** False: an API that accepts a second action on a server. @default true */
  locks?: boolean;
  /** True: an address that its server has already is refused with 422. @default false */
  refusesAgain?: boolean;
}

/** The part of the Hetzner API that moves floating IPs, on the clock of fake timers. */
export class LockingApi {
  /** Accepted and refused assigns: milliseconds, address, and HTTP status. */
  readonly calls: [atMs: number, id: number, status: number][] = [];
  /** Addresses that have moved here, with the time. */
  readonly moved = new Map<number, number>();
  /** Failures that the next calls for an address meet instead of an answer. */
  readonly failures = new Map<number, ApiFailure[]>();
  /** Failures with which the next actions for an address end. */
  readonly failedActions = new Map<number, string[]>();
  private lockedUntilMs = 0;

  constructor(private readonly options: LockingOptions) {}

  /** Locks the server, as another action of it does. */
  lockFor(ms: number): void {
    this.lockedUntilMs = Date.now() + ms;
  }

  /** Times of the assigns that were sent for an address. */
  sent(id: number): number[] {
    return this.calls.flatMap(([at, other]) => (other === id ? [at] : []));
  }

  async assign(id: number): Promise<() => Promise<void>> {
    const now = Date.now();
    const failure = this.failures.get(id)?.shift() ?? this.refusal(id, now);
    this.calls.push([now, id, failure ? (failure.more.status ?? 0) : 201]);
    if (failure) throw failure;
    const { actionMs, locks = true } = this.options;
    if (locks) this.lockedUntilMs = now + actionMs;
    const broken = this.failedActions.get(id)?.shift();
    const done = now + actionMs;
    return async () => {
      await new Promise((resolve) => setTimeout(resolve, done - Date.now()));
      if (broken) throw new ApiFailure(`assign failed: ${broken}`);
      this.moved.set(id, Date.now());
    };
  }

  private refusal(id: number, now: number): ApiFailure | undefined {
    if (now < this.lockedUntilMs) return new ApiFailure("locked", { status: 423 });
    const isAgain = this.options.refusesAgain && this.moved.has(id);
    return isAgain ? new ApiFailure("floating_ip_assigned", { status: 422 }) : undefined;
  }
}
