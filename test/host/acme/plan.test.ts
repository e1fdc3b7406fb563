import { describe, expect, it } from "vitest";
import {
  type CertificateDates,
  nextStep,
  renewAtMs,
  spacingMs,
  supersedes,
} from "../../../host/acme/plan";

const day = 24 * 3_600_000;
const minute = 60_000;
const start = Date.UTC(2027, 0, 1);

function known(days: number, overrides: Partial<CertificateDates> = {}): CertificateDates {
  return {
    notBeforeMs: start,
    notAfterMs: start + days * day,
    obtainedMs: start,
    ...overrides,
  };
}

describe("renewAtMs", () => {
  it.each([
    [90, 60],
    [6, 4],
  ])("is two thirds into a life of %i days", (days, after) => {
    expect(renewAtMs(known(days))).toBe(start + after * day);
  });
});

describe("nextStep", () => {
  it("orders at once where there is no certificate", () => {
    expect(nextStep(start, true, undefined, undefined)).toEqual({ do: "order" });
  });

  it("orders nothing on the load balancer without the address", () => {
    expect(nextStep(start + 365 * day, false, undefined, undefined)).toEqual({ do: "wait" });
    expect(nextStep(start + 365 * day, false, known(90), undefined)).toEqual({ do: "wait" });
  });

  it("waits until two thirds of the life are over, and orders then", () => {
    const untilMs = start + 60 * day;
    expect(nextStep(untilMs - 1, true, known(90), undefined)).toEqual({ do: "wait", untilMs });
    expect(nextStep(untilMs, true, known(90), undefined)).toEqual({ do: "order" });
  });

  it.each([
    [1, 1],
    [2, 5],
    [3, 15],
    [4, 30],
    [5, 60],
    [50, 60],
  ])("waits after %i failures for %i minutes", (count, minutes) => {
    const untilMs = start + minutes * minute;
    const failures = { count, lastMs: start };
    expect(nextStep(start, true, undefined, failures)).toEqual({ do: "wait", untilMs });
    expect(nextStep(untilMs, true, undefined, failures)).toEqual({ do: "order" });
  });

  it("fails a proof of a name at most five times in an hour, as Let's Encrypt allows", () => {
    let nowMs = start;
    const tries: number[] = [];
    for (let count = 1; nowMs < start + day; count++) {
      tries.push(nowMs);
      const step = nextStep(nowMs, true, undefined, { count, lastMs: nowMs });
      nowMs = step.do === "wait" ? step.untilMs! : nowMs;
    }
    for (const [i, first] of tries.entries()) {
      expect(tries.slice(i).filter((at) => at < first + 60 * minute).length).toBeLessThanOrEqual(5);
    }
  });

  it("waits as long as the authority asks, a day at most", () => {
    const wait = (retryAfterMs: number) =>
      nextStep(start, true, undefined, { count: 1, lastMs: start, retryAfterMs });
    expect(wait(3 * 60 * minute)).toEqual({ do: "wait", untilMs: start + 3 * 60 * minute });
    expect(wait(30 * day)).toEqual({ do: "wait", untilMs: start + day });
  });

  it("orders once in a third of a life under a clock that is a year ahead", () => {
    let nowMs = start + 365 * day;
    const end = nowMs + 90 * day;
    let certificate = known(90);
    let orders = 0;
    for (; nowMs < end; nowMs += minute * 30) {
      if (nextStep(nowMs, true, certificate, undefined).do === "order") {
        orders += 1;
        // The authority's dates are right, this node's are not.
        const trueMs = nowMs - 365 * day;
        certificate = {
          notBeforeMs: trueMs,
          notAfterMs: trueMs + 90 * day,
          obtainedMs: nowMs,
        };
      }
    }
    expect(orders).toBe(3);
  });

  it("orders nothing under a clock that is a year behind", () => {
    const certificate = known(90, { obtainedMs: start - 365 * day });
    expect(nextStep(start - 364 * day, true, certificate, undefined).do).toBe("wait");
  });

  it("is not kept from a renewal by a clock that was ahead", () => {
    const certificate = known(90, { obtainedMs: start + 365 * day });
    expect(nextStep(start + 61 * day, true, certificate, undefined)).toEqual({ do: "order" });
    const failures = { count: 1, lastMs: start + 365 * day };
    const step = nextStep(start, true, undefined, failures);
    expect(step).toEqual({ do: "wait", untilMs: start + minute });
  });
});

describe("a time that the authority suggests", () => {
  it("counts instead of two thirds of the life, be it earlier or later", () => {
    for (const days of [50, 70]) {
      const untilMs = start + days * day;
      const certificate = known(90, { suggestedMs: untilMs });
      expect(nextStep(untilMs - 1, true, certificate, undefined)).toEqual({ do: "wait", untilMs });
      expect(nextStep(untilMs, true, certificate, undefined)).toEqual({ do: "order" });
    }
  });

  it("may be over for a fresh certificate, which is renewed after a day", () => {
    const certificate = known(90, { suggestedMs: start - day });
    const step = nextStep(start, true, certificate, undefined);
    expect(step).toEqual({ do: "wait", untilMs: start + day });
    expect(nextStep(start + day, true, certificate, undefined)).toEqual({ do: "order" });
  });
});

describe("an operator's request", () => {
  it("renews a certificate that the node got before it, and no later one", () => {
    const atMs = start + day;
    const old = known(90, { obtainedMs: atMs - 1 });
    const fresh = known(90, { obtainedMs: atMs });
    expect(nextStep(atMs, true, old, undefined, atMs)).toEqual({ do: "order" });
    expect(nextStep(atMs, false, old, undefined, atMs)).toEqual({ do: "wait" });
    expect(nextStep(atMs, true, fresh, undefined, atMs).do).toBe("wait");
  });

  it("does not count if the clock was set back since then: no certificate would meet it", () => {
    const future = start + day;
    expect(nextStep(start, true, known(90, { obtainedMs: start }), undefined, future).do).toBe(
      "wait",
    );
  });

  it("waits after failures as any order", () => {
    const failures = { count: 2, lastMs: start };
    const step = nextStep(start + 1, true, known(90), failures, start + 1);
    expect(step).toEqual({ do: "wait", untilMs: start + 5 * minute });
  });
});

describe("the other load balancer's certificate", () => {
  const later = (days: number, byMs: number) =>
    known(days, { notBeforeMs: start + byMs, notAfterMs: start + byMs + days * day });

  it("is taken if it is newer, also if it ends earlier", () => {
    expect(supersedes(known(90), undefined, start)).toBe(true);
    expect(supersedes(later(90, 1), known(90), start)).toBe(true);
    expect(supersedes(later(6, 1), known(90), start)).toBe(true);
    expect(supersedes(known(90), known(90), start)).toBe(false);
    expect(supersedes(known(90), later(6, 1), start)).toBe(false);
  });

  it("is not taken if it begins more than a day ahead", () => {
    expect(supersedes(later(90, 2 * day), undefined, start)).toBe(false);
    expect(supersedes(later(90, day), known(90), start)).toBe(true);
  });

  it("is taken if it is valid and this node's is not", () => {
    const nowMs = start + 10 * day;
    expect(supersedes(known(90), later(6, 1), nowMs)).toBe(true);
    expect(supersedes(later(6, 1), known(90), nowMs)).toBe(false);
  });
});

describe("two orders for a name", () => {
  it("are an hour apart, or a third of a life that is short", () => {
    expect(spacingMs(known(90))).toBe(60 * minute);
    expect(spacingMs(known(6))).toBe(60 * minute);
    expect(spacingMs({ notBeforeMs: start, notAfterMs: start + 3 * minute })).toBe(minute);
  });
});
