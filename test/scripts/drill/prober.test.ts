import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { isServed, type Probe, Prober, seen } from "../../../scripts/drill/prober";

/** One probe every 100 ms, each answered after 10 ms; a status of 0 is given up after `lateMs`. */
function probes(statuses: readonly number[], lateMs = 10): Probe[] {
  return statuses.map((status, i) => ({
    atMs: i * 100,
    tookMs: status === 0 ? lateMs : 10,
    status,
  }));
}

describe("isServed", () => {
  it.each([
    [0, false],
    [199, false],
    [200, true],
    [304, true],
    [499, true],
    [500, false],
    [503, false],
  ])("says of status %i: %s", (status, served) => {
    expect(isServed({ atMs: 0, tookMs: 0, status })).toBe(served);
  });
});

describe("seen", () => {
  it("counts requests and those that failed", () => {
    expect(seen(probes([200, 503, 0, 200]))).toMatchObject({ requests: 4, failed: 2 });
  });

  it("measures an outage from the success before a failure to the next success", () => {
    expect(seen(probes([200, 200, 503, 503, 200, 200])).outageMs).toBe(300);
  });

  it("takes the longest of several outages", () => {
    expect(seen(probes([200, 503, 200, 503, 503, 503, 200])).outageMs).toBe(400);
  });

  it("sees no outage in a pause without a failure", () => {
    const quiet = [
      { atMs: 0, tookMs: 10, status: 200 },
      { atMs: 5_000, tookMs: 10, status: 200 },
    ];
    expect(seen(quiet).outageMs).toBe(0);
  });

  it("takes a failure that began shortly before the last success for a part of the outage", () => {
    const around = [
      { atMs: 0, tookMs: 60, status: 200 },
      { atMs: 20, tookMs: 2_000, status: 0 },
      { atMs: 900, tookMs: 60, status: 200 },
    ];
    expect(seen(around).outageMs).toBe(900);
  });

  it("counts an outage that has not ended up to the last request", () => {
    expect(seen(probes([200, 200, 503, 503, 503])).outageMs).toBe(290);
  });

  it("counts an outage from the first request where none was served before", () => {
    expect(seen(probes([503, 503, 503, 200, 200])).outageMs).toBe(310);
  });

  it("takes a watch without any success for one outage", () => {
    expect(seen(probes([503, 503, 503, 503])).outageMs).toBe(300);
  });

  it("does not end an outage at the last request when that one is served late", () => {
    const late = [...probes([200, 503, 503]), { atMs: 300, tookMs: 500, status: 200 }];
    expect(seen(late).outageMs).toBe(790);
  });

  it("does not depend on the order in which answers came", () => {
    const inOrder = probes([200, 503, 0, 200], 2_000);
    expect(seen([...inOrder].reverse())).toEqual(seen(inOrder));
  });

  it("names the slowest success and leaves failures out", () => {
    const slow = { atMs: 900, tookMs: 70.4, status: 200 };
    expect(seen([...probes([200, 0], 2_000), slow]).slowestMs).toBe(70);
  });

  it("is all zero without probes", () => {
    expect(seen([])).toEqual({
      requests: 0,
      failed: 0,
      retried: 0,
      outageMs: 0,
      outageFromMs: 0,
      slowestMs: 0,
    });
  });

  it("sums up a long soak", () => {
    const many = probes(Array.from({ length: 200_000 }, () => 200));
    expect(seen(many)).toEqual({
      requests: 200_000,
      failed: 0,
      retried: 0,
      outageMs: 0,
      outageFromMs: 0,
      slowestMs: 10,
    });
  });
});

describe("a kept connection that ends just when it is used again", () => {
  it("costs a second try on a new one, and no failure", async () => {
    const answered = new Map<number, number>();
    const server = createServer((request, response) => {
      const port = request.socket.remotePort!;
      const count = (answered.get(port) ?? 0) + 1;
      answered.set(port, count);
      if (count > 1) request.socket.destroy();
      else response.end("fine");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const prober = new Prober(`http://127.0.0.1:${port}/`, 50, true);
    prober.start();
    await expect.poll(() => seen(prober.probes).retried).toBeGreaterThan(0);
    await prober.stop();
    server.close();
    expect(seen(prober.probes).failed).toBe(0);
  });
});
