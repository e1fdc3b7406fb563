import { databasesListPath } from "../../services/database-proxy/slots";
import { describe, expect, it } from "vitest";
import { appEnv } from "../../services/app/app-environment";
import { packageStartPaths } from "../../services/mysql/package-start";
import { apportDropInPath } from "../../services/operating-system/service";
import { automaticUpdatePaths } from "../../services/operating-system/automatic-updates";
import { appNode, busyAppNode, contentOf, loadBalancer, webNode } from "./rendered";
import { databaseNode } from "./rendered-database";

const [lb, web, app, db] = [loadBalancer(), webNode(), appNode(), databaseNode()];
const onVolume = databaseNode(3, { id: 4711, sizeGb: 40 });

const edge = contentOf(lb, "/etc/haproxy/haproxy.cfg");
const nginx = contentOf(web, "/etc/nginx/nginx.conf");
const vrrp = contentOf(lb, "/etc/keepalived/keepalived.conf");

/** Settings on which a promise depends; the golden files alone would not say which. */
describe("load balancer", () => {
  it("repeats no request that may have had an effect", () => {
    expect(edge).toContain("http-request disable-l7-retry if !METH_GET !{ method HEAD }");
    expect(edge).toMatch(/retry-on conn-failure empty-response/);
  });

  it("keeps requests that may last apart from the others, on the same nodes", () => {
    expect(edge).toContain("use_backend lasting if { var(txn.lasting) -m bool }");
    const [, lasting] = /^backend lasting\n([^]*?)\n\n/m.exec(edge)!;
    expect(lasting!.match(/server .*/g)).toEqual([
      "server on-marked-down shutdown-sessions maxconn 1400",
      "server web-1 10.0.2.11:80 track web/web-1",
      "server web-2 10.0.2.12:80 track web/web-2",
    ]);
    const [requests, alone] = [...edge.matchAll(/maxconn (512|1400)/g)].map(([, most]) =>
      Number(most),
    );
    const [, connections] = /worker_connections (\d+);/.exec(nginx)!;
    expect(2 * (requests! + alone!)).toBeLessThan(Number(connections));
  });

  it("repeats a request that may last as any other", () => {
    const retries = edge.match(/retry-on .*|http-request disable-l7-retry .*/g)!;
    expect(retries).toHaveLength(4);
    expect(new Set(retries).size).toBe(2);
  });

  it("asks web nodes with a real request", () => {
    expect(edge).toMatch(/option httpchk\n/);
    expect(edge).toContain("http-check send meth GET uri /healthz");
  });

  it("never marks a web node down on account of a request, which would end that request", () => {
    expect(edge).toContain("on-marked-down shutdown-sessions");
    expect(edge).toContain("on-error fastinter");
    expect(edge).not.toMatch(/on-error (mark-down|fail-check|sudden-death)/);
  });

  it("leaves a web node that is about to stop its requests under way, and those that last", () => {
    const [, web, lasting] = edge.split(/^backend (?=web\n|lasting\n)/m);
    // HAProxy refuses servers that follow others and differ in this.
    for (const backend of [web, lasting]) expect(backend).toContain("http-check disable-on-404");
  });

  it("ends old workers after a reload", () => expect(edge).toContain("hard-stop-after 60s"));

  it("takes the client's address from nobody but the connection", () => {
    expect(edge).toContain("http-request set-header X-Forwarded-For %[src]");
  });

  it("does not take the address back from a node that works", () => {
    expect(vrrp).toContain("nopreempt");
    expect(vrrp).toContain("state BACKUP");
  });

  it("keeps the pipe to the mover open over a reload, and over the end of a child", () => {
    expect(vrrp.indexOf("script_user root")).toBeLessThan(vrrp.indexOf("vrrp_notify_fifo"));
    const unit = contentOf(lb, "/etc/systemd/system/keepalived.service.d/webstack.conf");
    expect(unit).toMatch(/^ExecStart=.*--dont-respawn$/m);
    expect(vrrp).not.toContain("rt_priority");
  });

  it("notices a dead peer within 1.2 s", () => {
    const seconds = Number(/advert_int (\S+)/.exec(vrrp)![1]);
    const times = Number(/down_timer_adverts (\d+)/.exec(vrrp)![1]);
    const priority = Number(/priority (\d+)/.exec(vrrp)![1]);
    expect(seconds * times + ((256 - priority) / 256) * seconds).toBeLessThanOrEqual(1.2);
  });

  it("speaks VRRP to the other node only", () => {
    expect(vrrp).toMatch(/unicast_peer \{\n\s+10\.0\.1\.12\n\s+\}/);
    expect(vrrp).toContain("check_unicast_src");
  });

  it("has no token, and lets nobody but the system and the mover's health check call out", () => {
    expect(Object.keys(lb.secretFiles).join()).not.toContain("token");
    const firewall = contentOf(lb, "/etc/nftables.conf");
    // Without it each node takes the other one for dead, and both move the address in turn.
    expect(firewall.match(/skuid ".*accept/g)).toEqual([
      'skuid "_apt" meta l4proto tcp accept',
      'skuid "webstack-mover" tcp dport 80 accept',
    ]);
  });

  it("drains only when an operator says so", () => {
    expect(contentOf(lb, "/etc/haproxy/drain.map")).toMatch(/^edge off$/m);
  });
});

describe("web node", () => {
  it("tells the load balancers before Nginx stops, in time for their checks", () => {
    const stop = contentOf(web, "/etc/systemd/system/nginx.service.d/webstack-stop.conf");
    const path = /touch (\S+)/.exec(stop)![1]!;
    expect(nginx).toContain(`if (-e ${path}) {`);
    expect(stop).toContain(`ExecStartPre=-/usr/bin/rm -f ${path}`);
    const told = Number(/sleep (\d+)/.exec(stop)![1]);
    const interval = Number(/ inter (\d+)ms/.exec(edge)![1]);
    expect(told * 1000).toBeGreaterThan(3 * interval);
  });

  it("waits for requests in progress before Nginx closes its port, within systemd's time for a stop", () => {
    const stop = contentOf(web, "/etc/systemd/system/nginx.service.d/webstack-stop.conf");
    const page = /http:\/\/(127\.0\.0\.1:\d+)\//.exec(stop)![1]!;
    expect(nginx).toContain(
      `server {\n    listen ${page};\n    access_log off;\n    stub_status;\n  }`,
    );
    expect(stop.indexOf(page)).toBeLessThan(stop.indexOf("QUIT"));
    const waits = Number(/timeout (\d+) /.exec(stop)![1]);
    expect(Number(/TimeoutStopSec=(\d+)/.exec(stop)![1])).toBeGreaterThan(waits);
    // systemd would replace them.
    expect(stop).not.toMatch(/[$%]/);
  });
});

describe("app node", () => {
  it("keeps characters with a meaning to systemd as they are", () => {
    expect(appEnv({ KEY: 'a"b\\c$d`e' })).toContain('KEY="a\\"b\\\\c\\$d\\`e"\n');
  });

  it("refuses a variable that would become two lines", () => {
    expect(() => appEnv({ KEY: "a\nb" })).toThrow("the value of KEY must be one line");
    expect(() => appEnv({ "a b": "" })).toThrow(
      'variable must be capitals, digits and _, got "a b"',
    );
  });
});

describe("every node", () => {
  const all = [lb, web, app, busyAppNode(), db, onVolume].map(
    (bundle) => [bundle.node, bundle] as const,
  );

  it.each(all)("%s drops what it does not expect", (_, bundle) => {
    expect(contentOf(bundle, "/etc/nftables.conf").match(/policy drop;/g)).toHaveLength(2);
  });

  it.each(all)("%s checks each unit that it brings", (_, bundle) => {
    const units = Object.keys(bundle.files).filter((path) =>
      path.startsWith("/etc/systemd/system/"),
    );
    const checked = bundle.checks.flatMap(({ files }) => files);
    // The local cloud's image masks the timer and lacks apport, and systemd-analyze refuses such a unit.
    const unchecked = [automaticUpdatePaths.timer, apportDropInPath];
    expect(units.filter((path) => !checked.includes(path))).toEqual(unchecked);
  });

  it.each(all)("%s reloads or restarts a service for each file that one reads", (_, bundle) => {
    const used = bundle.services.flatMap((one) => [...one.reloadFiles, ...one.restartFiles]);
    const unused = Object.keys(bundle.files).filter((path) => !used.includes(path));
    const byHand = ["converge", "edge"].map((name) => `/usr/local/lib/webstack/${name}.js`);
    const stop = "/etc/systemd/system/nginx.service.d/webstack-stop.conf";
    // HAProxy's program reads the list of the databases each second, sshd the keys at each login, systemd the stop at the next one, apt its settings at each run.
    const updates = Object.values(automaticUpdatePaths);
    // dpkg reads its hooks at each run, and the hooks the settings of MySQL.
    const upgrades = [packageStartPaths.hooks, packageStartPaths.settings];
    const live = ["/etc/ssh/authorized_keys.d/webstack", databasesListPath];
    const atOnce = [...live, stop, ...updates, ...upgrades];
    expect(unused.filter((path) => ![...byHand, ...atOnce].includes(path))).toEqual([]);
  });
});
