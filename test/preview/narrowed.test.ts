import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planOf } from "../../preview/plan";
import { previewOf } from "../../preview/preview";
import { step } from "./support";

type Files = Record<string, string>;

/** The preview of an edit of a host's files, which its services only reload. */
function judged(node: string, before: Files, after: Files) {
  const paths = Object.keys({ ...before, ...after });
  const services = [{ unit: "x.service", needs: [], reloadFiles: paths, restartFiles: [] }];
  const edit = step("update", `${node}-configuration`, "host:index:Configuration", {
    before: { files: before, services },
    after: { files: after, services },
    changed: paths.map((path) => `files[${JSON.stringify(path)}]`),
  });
  return previewOf(planOf([edit]), { stack: "dev" });
}

const haproxy = (text: string): Files => ({ "/etc/haproxy/haproxy.cfg": text });
const nginx = (text: string): Files => ({ "/etc/nginx/nginx.conf": text });
const nftables = (...lines: string[]): Files => ({
  "/etc/nftables.conf": lines.map((line) => `    meta skuid "app" ${line} accept\n`).join(""),
});

describe("a limit of visitors", () => {
  const connections = (n: number) =>
    haproxy(`  tcp-request connection reject if { sc0_conn_cur gt ${n} }\n`);
  const rate = (n: number) => haproxy(`  acl too_many sc1_http_req_rate gt ${n}\n`);
  const atOnce = (n: number) =>
    haproxy(`  http-request set-var(txn.crowds) bool(true) if { sc_conn_cur(3) gt ${n} }\n`);
  const answer = (text: string) => haproxy(`backend web\n  timeout server ${text}\n`);
  const tunnel = (text: string) => haproxy(`defaults\n  timeout tunnel ${text}\n`);
  const body = (n: number) => nginx(`    client_max_body_size ${n}m;\n`);

  it.each([
    ["connections of one client", 2350, 10, "lb-1", connections],
    ["requests of one client in 10 seconds", 10_000, 10, "lb-1", rate],
    ["concurrent requests of one client", 100, 1, "lb-1", atOnce],
    ["MiB of a request", 10, 1, "web-1", body],
  ] as const)("of %s is careful if it gets smaller, and safe if not", (...row) => {
    const [name, more, less, node, files] = row;
    const { verdict, visitors, reasons } = judged(node, files(more), files(less));
    expect([verdict, reasons]).toEqual([
      "careful",
      [`the limit of ${name} goes from ${more} to ${less}`],
    ]);
    expect(visitors).not.toContain("no request fails");
    expect(judged(node, files(less), files(more)).verdict).toBe("safe");
  });

  it("is compared across units of time", () => {
    const slower = judged("lb-1", answer("2m"), answer("90s"));
    expect(slower.reasons).toEqual(["the limit of seconds for an answer goes from 120 to 90"]);
    expect(judged("lb-1", answer("90s"), answer("2m")).verdict).toBe("safe");
    expect(judged("lb-1", tunnel("1h"), tunnel("5s")).verdict).toBe("careful");
  });
});

describe("lines of the stack file", () => {
  const own = (line: string) =>
    haproxy(
      "  # webstack:loadBalancers.haproxySnippet begins\n" +
        `  ${line}\n  # webstack:loadBalancers.haproxySnippet ends\n`,
    );
  const location: Files = { "/etc/nginx/webstack-location-1.conf": "deny all;\n" };
  const server: Files = { "/etc/nginx/webstack-server.conf": "deny all;\n" };

  it.each([
    ["loadBalancers.haproxySnippet", "lb-1", haproxy(""), own("http-request deny")],
    ["loadBalancers.haproxySnippet", "lb-1", own("http-request deny"), own("# none")],
    ["web.nginxSnippet", "web-1", {}, server],
    ["web.locations", "web-1", {}, location],
  ])("%s are careful if they change: nobody judges them", (setting, node, before, after) => {
    const { verdict, reasons } = judged(node, before, after);
    expect([verdict, reasons]).toEqual([
      "careful",
      [`the lines of webstack:${setting} change, which nobody judges here`],
    ]);
  });

  it("are safe if they stay", () => {
    const lines = own("http-request deny")["/etc/haproxy/haproxy.cfg"]!;
    const { verdict } = judged("lb-1", haproxy(lines), haproxy(`${lines}  # more\n`));
    expect(verdict).toBe("safe");
  });
});

it("consent to the browsers' preload list is dangerous: nobody takes it back", () => {
  const hsts = (value: string) =>
    haproxy(
      `  http-after-response set-header Strict-Transport-Security "${value}" if { ssl_fc }\n`,
    );
  const [usual, preload] = ["max-age=63072000", "max-age=63072000; includeSubDomains; preload"];
  expect(judged("lb-1", hsts(usual), hsts(preload)).verdict).toBe("dangerous");
  expect(judged("lb-1", hsts(preload), hsts(preload)).verdict).toBe("safe");
});

it("an end of the affinity is careful, and its beginning is safe", () => {
  const [hash, least] = ["  balance hash src\n", "  balance leastconn\n"].map(haproxy);
  expect(judged("web-1", hash!, least!).reasons).toEqual([
    "app.affinity no longer holds a client at its process",
  ]);
  expect(judged("web-1", least!, hash!).verdict).toBe("safe");
});

it("an app that may reach less outside is careful, and one that may reach more is safe", () => {
  const [anywhere, one] = ["meta l4proto { tcp, udp }", "ip daddr 198.51.100.7/32 tcp dport 443"];
  expect(judged("app-1", nftables(anywhere), nftables(one)).verdict).toBe("careful");
  expect(judged("app-1", nftables(one), nftables()).reasons).toEqual([
    "the app may reach less outside of the stack",
  ]);
  expect(judged("app-1", nftables(one), nftables(anywhere)).verdict).toBe("safe");
});

it("an address that loses SSH is named: an up from there stops half-way", () => {
  const rules = (...sourceIps: string[]) => ({ rules: [{ port: "22", sourceIps }] });
  const firewall = (before: object, after: object) =>
    previewOf(
      planOf([
        step("update", "firewalls-edge", "hcloud:index/firewall:Firewall", {
          ...{ before: { ...before }, after: { ...after }, changed: ["rules"] },
        }),
      ]),
      { stack: "dev" },
    );
  const [one, other] = ["198.51.100.7/32", "198.51.100.8/32"];
  const { verdict, reasons } = firewall(rules(one), rules(other));
  expect([verdict, reasons]).toEqual([
    "careful",
    [`SSH from ${one} no longer reaches the servers, so no up can run from there`],
  ]);
  expect(firewall(rules(one), rules(one, other)).verdict).toBe("safe");
});

describe("a rendered file", () => {
  const golden = join(__dirname, "..", "services", "golden");
  const textOf = (node: string, path: string) => readFileSync(join(golden, node, path), "utf8");
  const edited = (node: string, path: string, from: RegExp, to: string) => {
    const text = textOf(node, path);
    expect(text).toMatch(from);
    return judged(node, { [path]: text }, { [path]: text.replaceAll(from, to) });
  };
  const [edge, web] = ["/etc/haproxy/haproxy.cfg", "/etc/nginx/nginx.conf"];

  it.each([
    ["lb-1", edge, /sc0_conn_cur gt \d+/g, "sc0_conn_cur gt 1"],
    ["lb-1", edge, /sc1_http_req_rate gt \d+/g, "sc1_http_req_rate gt 1"],
    ["lb-1", edge, /sc_conn_cur\(3\) gt \d+/g, "sc_conn_cur(3) gt 1"],
    ["lb-1", edge, /timeout server \d+s/g, "timeout server 1s"],
    ["lb-1", edge, /timeout tunnel \d+h/g, "timeout tunnel 1s"],
    ["web-1", web, /client_max_body_size \d+m/g, "client_max_body_size 1m"],
    ["app-1", "/etc/nftables.conf", /meta skuid "app" .*\n/g, "\n"],
    ["lb-2", edge, /(haproxySnippet begins\n).*\n/g, "$1"],
  ])("of %s has what is looked for in %s: %s", (node, path, from, to) => {
    expect(edited(node, path, from, to).verdict).toBe("careful");
  });
});
