import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bundle } from "../../services/bundle";
import { plan } from "../support/tier-args";
import { appNode, appNodeOfSite, contentOf, webNode } from "./rendered";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aside-"));
  const programs = {
    // A node serves while a file has its address; one with a second file refuses its first request.
    curl: `for url; do :; done; host=\${url#*//}; host=\${host%%[:/]*}
      echo "curl $*" >> ${folder}/ran
      [ ! -e ${folder}/busy-$host ] || { rm ${folder}/busy-$host; exit 22; }
      [ -e ${folder}/serves-$host ]`,
    systemctl: `echo "$*" >> ${folder}/ran
      case "$*" in *worker*) rm -f ${folder}/serves-$(cat ${folder}/dies 2>/dev/null) ;; esac`,
    sleep: "exit 0",
  };
  for (const [name, lines] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const serves = (ip: string) => writeFileSync(join(folder, `serves-${ip}`), "");

/** Runs the command with which a node steps aside before the unit restarts; what it did, and what it said. */
function leaves({ services }: Bundle, unit: string) {
  const [program = "", ...words] = services.find((one) => one.unit === unit)!.aside!.leave;
  const args = words.map((word) => word.replaceAll("/usr/bin/curl", "curl"));
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  const ran = join(folder, "ran");
  const all = existsSync(ran) ? readFileSync(ran, "utf8").trim().split("\n") : [];
  const isQuestion = (line: string) => line.startsWith("curl ");
  return {
    asked: all.filter(isQuestion),
    did: all.filter((line) => !isQuestion(line)),
    said: stdout.trim(),
  };
}

const [web, app] = [webNode(), appNode()];
const [webPeer, appPeer] = [plan.web[1]!.privateIp, plan.app[1]!.privateIp];
const workers = "stop worker-*@*.service cron-*.timer cron-*.service";
const processes = "stop app@*.service";
const alone = "no other node serves, so this one goes on";

describe.each([
  ["web", web, "haproxy.service", webPeer, ["stop nginx.service"]],
  ["app", app, "webstack-app-balancer.service", appPeer, [processes]],
  ["app", app, "haproxy.service", appPeer, [workers, processes]],
] as const)("a node of the tier %s", (_tier, bundle, unit, peer, stops) => {
  it(`steps aside before a restart of ${unit} while another node serves`, () => {
    serves(peer);
    expect(leaves(bundle, unit)).toMatchObject({ did: stops, said: "" });
  });

  it(`stays before a restart of ${unit} while no other node serves, and says so`, () => {
    expect(leaves(bundle, unit)).toMatchObject({ did: [], said: alone });
  });

  it("asks once more after an answer that failed", () => {
    serves(peer);
    writeFileSync(join(folder, `busy-${peer}`), "");
    expect(leaves(bundle, unit).did).toEqual(stops);
  });
});

describe("the question whether another node serves", () => {
  it("is the health check of the load balancers, of a web node", () => {
    serves(webPeer);
    const { asked } = leaves(web, "haproxy.service");
    expect(asked[0]).toMatch(new RegExp(` --fail .* http://${webPeer}:80/healthz$`));
  });

  it("is the health check of the web nodes, of an app node's balancer", () => {
    serves(appPeer);
    const { asked } = leaves(app, "webstack-app-balancer.service");
    expect(asked[0]).toContain(" --fail ");
    expect(asked[0]).toContain("Host: balancer.webstack.invalid");
    expect(asked[0]).toContain(` https://${appPeer}:3443/`);
  });

  it.each([
    [web, webPeer, 80],
    [app, appPeer, 3443],
  ])("passes the firewalls of both nodes", (bundle, peer, port) => {
    const firewall = contentOf(bundle, "/etc/nftables.conf");
    expect(firewall).toContain(`    ip saddr ${peer} tcp dport ${port} accept\n`);
    expect(firewall).toContain(`    ip daddr ${peer} tcp dport ${port} accept\n`);
  });
});

describe("an app node whose database proxy restarts", () => {
  it("keeps its processes if the other node ends while the workers stop", () => {
    serves(appPeer);
    writeFileSync(join(folder, "dies"), appPeer);
    expect(leaves(app, "haproxy.service")).toMatchObject({ did: [workers], said: alone });
  });

  it("stops its workers whoever serves, if it has no processes", () => {
    expect(leaves(appNodeOfSite(), "haproxy.service")).toEqual({
      asked: [],
      did: [workers],
      said: "",
    });
  });
});
