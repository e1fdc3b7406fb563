import { describe, expect, it } from "vitest";
import { offerWarnings, costOf, pricesOf } from "../../preview/price-list";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { markdown } from "../../preview/render/markdown";
import { text } from "../../preview/render/text";
import { catalogue } from "./recorded";
import { server, step } from "./support";

const prices = pricesOf(catalogue);

describe("the cost of a month", () => {
  it("is that of servers with their addresses, volumes and floating addresses", () => {
    const plan = planOf([
      server("same", "web-1", ["cpx22", "cpx22"]),
      server("create", "web-2", [undefined, "cpx22"]),
      step("update", "db-1-volume", "hcloud:index/volume:Volume", {
        before: { size: 10 },
        after: { size: 20 },
      }),
      step("delete", "edge-ipv6", "hcloud:index/floatingIp:FloatingIp", {
        before: { type: "ipv6", homeLocation: "nbg1" },
      }),
    ]);
    const { before, after, currency } = costOf(plan, prices);
    expect(before).toBeCloseTo(19.49 + 0.5 + 10 * 0.044 + 1, 6);
    expect(after).toBeCloseTo(2 * (19.49 + 0.5) + 20 * 0.044, 6);
    expect(currency).toBe("EUR");
  });

  it("is said to be without VAT, changed or not, on a terminal and in Markdown", () => {
    const events = (after: string) => [server("update", "web-1", ["cpx22", after])];
    for (const [type, words] of [
      ["cpx32", "19.99 -> 35.99 EUR a month without VAT"],
      ["cpx22", "19.99 EUR a month without VAT, as before"],
    ] as const) {
      const preview = previewOf(planOf(events(type)), { stack: "dev", prices });
      expect(text(preview).split("\n")[0]).toContain(` | ${words}`);
      expect(markdown(preview).split("\n")[0]).toContain(` | ${words}`);
    }
  });

  it("does not count an address that a server does not have", () => {
    const after = { serverType: "cpx22", location: "nbg1", publicNets: [{ ipv4Enabled: false }] };
    const plan = planOf([step("create", "db-1-vm", "hcloud:index/server:Server", { after })]);
    expect(costOf(plan, prices).after).toBeCloseTo(19.49, 6);
  });

  it("names what has no price", () => {
    const plan = planOf([server("same", "web-1", ["cx11", "cx11"])]);
    expect(costOf(plan, prices).unpriced).toEqual(["server type cx11 in nbg1"]);
  });

  it("refuses an answer without prices", () => {
    expect(() => pricesOf({})).toThrow("the cloud's answer to /pricing has no prices");
  });
});

describe("what the cloud sells", () => {
  const types = {
    server_types: [
      {
        name: "cpx22",
        deprecation: { unavailable_after: "2027-01-31T00:00:00+00:00" },
        locations: [{ name: "nbg1", available: false }],
      },
    ],
  };

  it("is warned of where a server is made, and of each type that is given up with its day", () => {
    const plan = planOf([server("create", "web-1", [undefined, "cpx22"])]);
    expect(offerWarnings(plan, types)).toEqual([
      "server type cpx22 of webstack:web.serverType is given up; it cannot be had after 2027-01-31: choose another one until then",
      "server type cpx22 of webstack:web.serverType is sold out in nbg1 now, so the up would stop there: choose another one, other webstack:locations, or wait",
    ]);
  });

  it("is no matter of stock for a server that is there", () => {
    const plan = planOf([server("same", "web-1", ["cpx22", "cpx22"])]);
    expect(offerWarnings(plan, types)).toHaveLength(1);
    const unknown = planOf([server("create", "web-1", [undefined, "cx99"])]);
    expect(offerWarnings(unknown, types)).toEqual([
      "server type cx99 of webstack:web.serverType is not for sale (any more), so the up would stop there: choose another one",
    ]);
  });
});
