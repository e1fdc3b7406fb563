import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { AppTier } from "../components/app-tier";
import { LoadBalancerPair } from "../components/load-balancer-pair";
import { MysqlCluster } from "../components/mysql-cluster";
import { WebTier } from "../components/web-tier";
import { archiver } from "../services/archiver/service";
import { broker } from "../services/broker/service";
import type { ListedServices } from "../services/node-bundle";
import { backups } from "./services/rendered-database";
import { gatewayServices } from "./services/rendered-egress";
import { whoCallsOut, whoTalksToWhom } from "./support/who-talks-to-whom";

const page = join(__dirname, "..", "docs", "who-talks-to-whom.md");
const all = ({ system, tier }: ListedServices) => [...system, ...tier];

const places = [
  {
    name: "lb",
    services: all(LoadBalancerPair.services(false, { apiPort: 443, provesByDns: true })),
  },
  { name: "web", services: all(WebTier.services) },
  { name: "app", services: all(AppTier.services) },
  { name: "db", services: all(MysqlCluster.services) },
  { name: "each broker", services: [broker()] },
  { name: "db with backups", services: [archiver(backups.target)] },
  { name: "lb with `edge`", services: gatewayServices },
];

/** `npx vitest run test/docs-who-talks-to-whom.test.ts --update` writes the page's tables anew. */
it("docs/who-talks-to-whom.md has a line for each way in, and for each user that calls out", async () => {
  const tables = [whoTalksToWhom(places), whoCallsOut(places)];
  const text = readFileSync(page, "utf8").replace(/^(\|.*\n)+/gm, () => tables.shift() ?? "");
  expect(tables).toEqual([]);
  await expect(text).toMatchFileSnapshot(page);
});
