import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appProxyCfg } from "../../services/app-proxy/app-proxy-cfg";
import type { Bundle } from "../../services/bundle";
import { innerRequest } from "../../services/inner-tls";
import { plan, sampleProgram, webRequests } from "../support/tier-args";
import {
  appNode,
  appNodeOfSite,
  contentOf,
  loadBalancer,
  ordinaryAppNode,
  tunedLoadBalancer,
  tunedWebNode,
  webNode,
} from "./rendered";

const pem = "/etc/webstack/tls/inner.pem";
const ca = "/etc/webstack/tls/inner-ca.pem";
const haproxy = (bundle: Bundle) => contentOf(bundle, "/etc/haproxy/haproxy.cfg");
const service = ({ services }: Bundle, unit: string) => services.find((one) => one.unit === unit)!;
/** TCP ports that a node's firewall opens to a subnet, of all rules. */
const openTo = (bundle: Bundle, subnet: string): number[] =>
  contentOf(bundle, "/etc/nftables.conf")
    .split("\n")
    .filter((line) => line.includes(`ip saddr ${subnet} tcp dport `) && line.endsWith(" accept"))
    .flatMap((line) => line.split(" dport ")[1]!.match(/\d+/g)!.map(Number));
const reaches = ({ checks }: Bundle) =>
  checks.filter(({ command }) => command.includes("--cacert")).map(({ command }) => command[4]);

describe("TLS between the tiers", () => {
  it("is accepted beside clear text whatever the nodes in front use, so that either change meets an open port", () => {
    for (const web of [webNode(), tunedWebNode()]) {
      const listens = contentOf(web, "/etc/nginx/nginx.conf").match(/^ +listen .*$/gm);
      expect(listens).toEqual([
        "    listen 80 default_server backlog=65535;",
        "    listen 443 ssl default_server backlog=65535;",
        "    listen 127.0.0.1:8406;",
      ]);
      expect(openTo(web, "10.0.1.0/24")).toEqual(expect.arrayContaining([80, 443]));
    }
    const tls = `  bind :3443 ssl crt ${pem} ssl-min-ver TLSv1.3 alpn http/1.1`;
    const binds = (app: Bundle) => contentOf(app, "/etc/haproxy/app.cfg").match(/^ +bind :.*$/gm);
    expect(binds(ordinaryAppNode())).toEqual(["  bind :3000", tls]);
    // The app itself has the port for clear text.
    expect(binds(appNode())).toEqual([tls]);
    for (const app of [appNode(), ordinaryAppNode()]) {
      expect(openTo(app, "10.0.2.0/24")).toEqual(expect.arrayContaining([3000, 3443]));
    }
  });

  it("is not used unless the stack file says so", () => {
    expect(haproxy(loadBalancer())).not.toMatch(/verify|:443 sni/);
    expect(haproxy(webNode())).not.toContain("ssl");
  });

  it("verifies the authority and the name of each node, in requests and in health checks", () => {
    for (const [text, role, port] of [
      [haproxy(tunedLoadBalancer()), "web", 443],
      [haproxy(tunedWebNode()), "app", 3443],
    ] as const) {
      const servers = text.match(/^ +server .*$/gm)!;
      expect(servers).toHaveLength(4);
      for (const server of servers) {
        const name = / server (\S+) /.exec(server)![1]!;
        const { privateIp } = plan[role].find((node) => node.name === name)!;
        expect(server).toContain(
          `${privateIp}:${port} verifyhost ${name} sni str(${name}) check-sni ${name}`,
        );
      }
      const backends = text.split(/^backend /m).filter((section) => /^ {2}server /m.test(section));
      expect(backends).toHaveLength(2);
      for (const backend of backends) {
        expect(backend).toContain(`default-server ssl verify required ca-file ${ca} `);
        expect(backend).toContain(" check-ssl");
      }
    }
  });

  it("keeps connections to the balancer of an app that shares its port, and asks the balancer", () => {
    const args = { appNodes: plan.app, requests: webRequests(), program: sampleProgram() };
    const proxy = appProxyCfg({ ...args, innerTls: true });
    expect(proxy).toContain("http-reuse safe");
    expect(proxy).not.toContain("http-server-close");
    expect(proxy).toContain("hdr Host balancer.webstack.invalid");
    const balancer = contentOf(appNode(), "/etc/haproxy/app.cfg");
    expect(balancer).toContain("server 3000 127.0.0.1:3000\n");
    // A draining process refuses requests and serves the others.
    expect(balancer).toContain("http-check expect rstatus ^[1-5]");
    expect(balancer).toContain("option http-server-close");
  });

  it("refuses a change to TLS while no node behind would be reached", () => {
    expect(reaches(tunedLoadBalancer())).toEqual(["web-1=10.0.2.11 web-2=10.0.2.12"]);
    expect(reaches(tunedWebNode())).toEqual(["app-1=10.0.3.11 app-2=10.0.3.12"]);
    for (const bundle of [loadBalancer(), webNode()]) expect(reaches(bundle)).toEqual([]);
  });

  it("counts a node as healthy only if its own port with TLS answers", () => {
    const of = (bundle: Bundle, unit: string) => service(bundle, unit).health;
    expect(of(webNode(), "nginx.service")).toMatchObject({ http: "http://127.0.0.1:80/healthz" });
    const web = of(tunedWebNode(), "nginx.service")!.command!;
    expect(web).toEqual(expect.arrayContaining(["web-2=127.0.0.1", "443", "/healthz", "--fail"]));
    const app = of(ordinaryAppNode(), "webstack-app-balancer.service")!.command!;
    expect(app).toEqual(expect.arrayContaining(["app-2=127.0.0.1", "3443"]));
    // A node whose processes are about to start has nothing to pass requests to, which is no fault.
    expect(app).not.toContain("--fail");
  });

  it("reloads, never restarts, a service whose certificate is renewed, and starts none without one", () => {
    for (const { reloadFiles, restartFiles, needs } of [
      service(webNode(), "nginx.service"),
      service(appNode(), "webstack-app-balancer.service"),
    ]) {
      expect(reloadFiles).toContain(pem);
      expect(restartFiles).not.toContain(pem);
      expect(needs).toContain(pem);
    }
    for (const bundle of [tunedLoadBalancer(), tunedWebNode()]) {
      const { reloadFiles, needs } = service(bundle, "haproxy.service");
      expect(reloadFiles).toContain(ca);
      expect(needs).toContain(ca);
    }
  });

  it("gives the keys to root alone, and none to a load balancer", () => {
    for (const bundle of [webNode(), appNode()]) {
      expect(bundle.secretFiles[pem]).toMatchObject({ owner: "root", mode: "0600" });
    }
    expect(loadBalancer().secretFiles).not.toHaveProperty([pem]);
    expect(loadBalancer().secretFiles).toHaveProperty([ca]);
  });

  it("runs no balancer where there is no process", () => {
    expect(service(appNodeOfSite(), "webstack-app-balancer.service")).toBeUndefined();
  });
});

describe("the request to nodes over TLS", () => {
  /** Runs the command with a curl that answers for some nodes. */
  function run(answering: string): { status: number | null; asked: string[] } {
    const folder = mkdtempSync(join(tmpdir(), "inner-request-"));
    const curl = join(folder, "curl");
    const log = join(folder, "log");
    writeFileSync(log, "");
    writeFileSync(
      curl,
      `#!/bin/sh\necho "$@" >> ${log}\ncase "$*" in *${answering}:*) exit 0;; esac\nexit 60\n`,
    );
    chmodSync(curl, 0o755);
    const request = { nodes: plan.web, port: 443, path: "/healthz", more: ["--fail"] };
    const words = innerRequest(request).map((word) => word.replace("/usr/bin/curl", curl));
    const { status } = spawnSync(words[0]!, words.slice(1));
    return { status, asked: readFileSync(log, "utf8").trim().split("\n") };
  }

  it("is content with the first node that answers", () => {
    const { status, asked } = run("web-1");
    expect(status).toBe(0);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(
      / --cacert \S+ --fail --resolve web-1:443:10\.0\.2\.11 https:\/\/web-1:443\/healthz$/,
    );
  });

  it("goes on to the next one, and fails if none answers", () => {
    expect(run("web-2")).toMatchObject({ status: 0 });
    const { status, asked } = run("web-9");
    expect(status).toBe(1);
    expect(asked).toHaveLength(2);
  });
});
