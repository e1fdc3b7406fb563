import { describe, expect, it } from "vitest";
import { allowedDestinations } from "../../../services/host-firewall/output-rules";
import { roles } from "../../../topology";
import { openingGroupsOf, plan } from "../../support/tier-args";

const { web, app, db } = plan.subnetCidrs;

/** What a node of a tier may call, as text. */
function calls(role: (typeof roles)[number]): Record<string, unknown[]> {
  const peers = plan[role].slice(1).map(({ privateIp }) => privateIp);
  const ways = allowedDestinations(role, peers, openingGroupsOf(443));
  return Object.fromEntries(
    ways.map(({ to, openings }) => [
      to.join(" "),
      openings.map(({ protocol, port }) => port ?? protocol),
    ]),
  );
}

/** These ports, and those that further services of the destination open to the caller. */
const ports = (...known: (number | string)[]) => expect.arrayContaining(known) as unknown;

describe("a node may call", () => {
  it("on a load balancer SSH of all tiers, web nodes, brokers and the other load balancer", () => {
    expect(calls("lb")).toEqual({
      [web]: ports(22, 80, 443),
      [app]: ports(22),
      [db]: ports(22),
      "10.0.4.11 10.0.4.12": ports(9300),
      "10.0.1.12": ports(10000, 9400, "vrrp"),
    });
  });

  it("on a web node app nodes, for the app, and the other web nodes, for their health", () => {
    expect(calls("web")).toEqual({ [app]: ports(3443, 3000), "10.0.2.12": ports(80) });
  });

  it("on an app node database nodes, for MySQL and the role checks, and the other app nodes, for their health", () => {
    expect(calls("app")).toEqual({ [db]: ports(3306, 9200), "10.0.3.12": ports(3443) });
  });

  it("on a database node the other members alone", () => {
    expect(calls("db")).toEqual({ [db]: ports(3306, 33061, 9201) });
  });
});

it("every opening for a tier or for peers is a way out of its callers, and of no other tier", () => {
  const places = openingGroupsOf(443);
  const inner = places.flatMap(({ tier, openings }) =>
    openings
      .filter(({ from }) => from !== "anywhere" && from !== "admins")
      .map((opening) => ({ opening, caller: opening.from === "peers" ? tier : opening.from })),
  );
  expect(inner.length).toBeGreaterThan(10);
  for (const { opening, caller } of inner) {
    const callers = roles.filter((role) =>
      allowedDestinations(role, ["10.0.9.9"], places).some(({ openings }) =>
        openings.includes(opening),
      ),
    );
    expect(callers).toEqual([caller]);
  }
});
