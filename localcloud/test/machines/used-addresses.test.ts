import { describe, expect, it } from "vitest";
import { overlapping } from "../../machines/used-addresses";

const range = "198.18.0.0/22";

describe("overlapping", () => {
  it("finds what is inside, around and at the edge", () => {
    const routes = ["198.18.3.255", "198.18.0.0/15", "198.18.2.0/24"].map((dst) => ({ dst }));
    expect(overlapping(routes, range)).toEqual(routes);
  });

  it("leaves out neighbours, the default route and IPv6", () => {
    const routes = ["198.17.255.255", "198.18.4.0/24", "default", "2001:db8::/32"];
    expect(
      overlapping(
        routes.map((dst) => ({ dst })),
        range,
      ),
    ).toEqual([]);
  });

  it("leaves out the cloud's own links and blackholes, and nobody else's", () => {
    const own = [
      { dst: "198.18.0.0/24", dev: "wsc1a2b3c" },
      { dst: range, type: "blackhole", metric: 4096 },
    ];
    const other = { dst: range, type: "blackhole" };
    expect(overlapping([...own, other], range)).toEqual([other]);
  });
});
