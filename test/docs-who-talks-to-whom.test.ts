import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppTier } from "../components/app-tier";
import { LoadBalancerPair } from "../components/load-balancer-pair";
import { MysqlCluster } from "../components/mysql-cluster";
import { WebTier } from "../components/web-tier";
import { broker } from "../services/broker/service";
import type { ListedServices } from "../services/node-bundle";
import { whoCallsOut, whoTalksToWhom } from "./support/who-talks-to-whom";

const manual = readFileSync(join(__dirname, "..", "docs", "who-talks-to-whom.md"), "utf8");
const all = ({ system, tier }: ListedServices) => [...system, ...tier];

const places = [
  { name: "lb", services: all(LoadBalancerPair.services(false)) },
  { name: "web", services: all(WebTier.services) },
  { name: "app", services: all(AppTier.services) },
  { name: "db", services: all(MysqlCluster.services) },
  { name: "each broker", services: [broker()] },
];

/** To bring the page up to date, put in what the test expects. */
describe("docs/who-talks-to-whom.md", () => {
  it("has a line for each way in that a service opens", () => {
    expect(manual).toContain(whoTalksToWhom(places));
  });

  it("has a line for each user that calls out", () => {
    expect(manual).toContain(whoCallsOut(places));
  });
});
