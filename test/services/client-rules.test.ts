import { describe, expect, it } from "vitest";
import {
  trustedByAppsHeaders,
  trustedByAppsPrefixes,
  ownHeaders,
} from "../../services/nginx/forwarded-headers";
import { edgeHaproxy } from "../../services/edge-haproxy/service";
import type { EdgeRules } from "../../services/edge-haproxy/edge-rules";
import { edgeRules, nodeFacts, plan, webRequests } from "../support/tier-args";

function part(rules: Partial<EdgeRules> = {}, peerPublicIp?: string) {
  const { files, checks, services } = edgeHaproxy.part({
    ...nodeFacts("lb"),
    loadBalancers: plan.lb,
    webNodes: plan.web,
    requests: webRequests(),
    rules: edgeRules(rules),
    peerPublicIp,
  });
  return { files: files!, checks: checks!, services: services! };
}

/** The rules of the public frontend, in order. */
function rulesOf(rules: Partial<EdgeRules> = {}, peerPublicIp?: string): string[] {
  const { content } = part(rules, peerPublicIp).files["/etc/haproxy/haproxy.cfg"]!;
  const [, frontend] = /^frontend public\n([^]*?)\n\n/m.exec(content)!;
  return frontend!.split("\n").map((line) => line.trim());
}

const trustedProxies = ["192.0.2.0/24", "2001:db8:1::/48"];

describe("what apps believe", () => {
  const deleted = rulesOf().find((rule) => rule.startsWith("http-request del-header ^"))!;
  const form = new RegExp(/del-header (\S+) -m reg/.exec(deleted)![1]!);

  it.each([...trustedByAppsHeaders, ...ownHeaders])("is not what a visitor says in %s", (name) => {
    // HAProxy knows names in small letters only.
    expect(name.toLowerCase()).toMatch(form);
    expect(name.toLowerCase().replaceAll("-", "_")).toMatch(form);
  });

  it.each(trustedByAppsPrefixes)(
    "is not what a visitor says in a header that begins with %s",
    (name) => {
      expect(`${name}New`.toLowerCase()).toMatch(form);
    },
  );

  it.each(["host", "x-requested-with", "x-forward", "authorization", "cookie", "x-client-id"])(
    "leaves %s alone",
    (name) => expect(name).not.toMatch(form),
  );

  it("is taken away before the stack says its own word", () => {
    const rules = rulesOf({ trustedProxies });
    const own = rules.findIndex((rule) => rule.includes("set-header X-Forwarded-For"));
    expect(rules.indexOf(deleted)).toBeGreaterThan(0);
    expect(rules.indexOf(deleted)).toBeLessThan(own);
  });
});

describe("a trusted proxy", () => {
  it("is nobody unless the stack file says so", () => {
    const { files } = part();
    expect(Object.keys(files)).not.toContain("/etc/haproxy/trusted-proxies.lst");
    expect(rulesOf().join("\n")).not.toMatch(/trusted|set-src/);
  });

  it("is in a file of its own, whose change is checked and read again", () => {
    const { files, checks, services } = part({ trustedProxies });
    const path = "/etc/haproxy/trusted-proxies.lst";
    expect(files[path]!.content.split("\n").slice(1, 3)).toEqual(trustedProxies);
    expect(checks[0]!.files).toContain(path);
    expect(services[0]!.reloadFiles).toContain(path);
  });

  it("says its client before clients are counted", () => {
    const rules = rulesOf({ trustedProxies });
    const set = rules.map((rule) => rule.startsWith("http-request set-src")).lastIndexOf(true);
    const counted = rules.findIndex((rule) => /^http-request track-sc[13]/.test(rule));
    expect(set).toBeGreaterThan(0);
    expect(set).toBeLessThan(counted);
  });

  it("has the connections of all its clients", () => {
    expect(rulesOf({ trustedProxies })).toContain(
      "tcp-request connection track-sc0 src,ipmask(32,64) table holders if !trusted",
    );
  });

  it("says a client in the header that the stack file names, which goes no further", () => {
    const rules = rulesOf({ trustedProxies, clientAddressHeader: "X-Edge-Client" });
    expect(rules.filter((rule) => rule.includes("hdr_ip(X-Edge-Client,"))).toHaveLength(7);
    expect(rules).toContain("http-request del-header X-Edge-Client");
  });
});

describe("a client's limit", () => {
  it("is that of the stack file, over 10 s and half as much again within one", () => {
    const rules = rulesOf({ limits: { requestsPerSecond: 300, connections: 50 } });
    expect(rules).toContain("acl too_many sc1_http_req_rate gt 3000");
    expect(rules).toContain("acl too_many sc1_gpc0_rate gt 450");
    expect(rules).toContain("tcp-request connection reject if { sc0_conn_cur gt 50 }");
    expect(rules).toContain("tcp-request connection reject if { sc0_conn_rate gt 3000 }");
  });

  it("is one of concurrent requests too: a quarter of the places of all web nodes, or the stack file's", () => {
    const mostOf = (rules: string[]) =>
      rules.flatMap((rule) => /sc_conn_cur\(3\) gt (\d+)/.exec(rule)?.[1] ?? []).map(Number);
    expect(plan.web).toHaveLength(2);
    expect(mostOf(rulesOf())).toEqual([(2 * 512) / 4, (2 * 1400) / 4]);
    const limits = { requestsPerSecond: 300, requestsAtOnce: 7, lastingAtOnce: 8 };
    expect(mostOf(rulesOf({ limits }))).toEqual([7, 8]);
  });

  it("counts concurrent requests where no peer's numbers replace them, apart for those that last", () => {
    const { content } = part({}, "203.0.113.12").files["/etc/haproxy/haproxy.cfg"]!;
    const tables = [...content.matchAll(/track-sc3 src,ipmask\(32,64\) table (\S+) if (.*)/g)];
    expect(tables.map(([, table, condition]) => [table, condition])).toEqual([
      ["requests_at_once", "!{ var(txn.lasting) -m bool } !{ src 203.0.113.12 }"],
      ["lasting_at_once", "{ var(txn.lasting) -m bool } !{ src 203.0.113.12 }"],
    ]);
    for (const [, table] of tables) {
      const line = new RegExp(`backend ${table}\\n\\s+(.*)`).exec(content)![1];
      expect(line).toMatch(/store conn_cur$/);
    }
    // Three counters are HAProxy's default, and the third one is left to the stack file.
    expect(content).toContain("tune.stick-counters 4");
    expect(content).not.toContain("track-sc2");
  });

  it("answers 429, with the time after which to come again", () => {
    const [deny] = rulesOf().filter((rule) => rule.startsWith("http-request deny"));
    expect(deny).toContain("deny_status 429");
    expect(deny).toMatch(/hdr Retry-After 10 if too_many$/);
  });

  it("is told of in the log once in a hundred times, before it is refused", () => {
    const rules = rulesOf();
    const silent = rules.findIndex((rule) => rule.startsWith("http-request set-log-level silent"));
    expect(rules[silent]).toContain("!{ rand(100) eq 0 }");
    expect(rules[silent + 1]).toMatch(/^http-request deny/);
  });

  it("is none for the other load balancer, which asks whether this one serves", () => {
    expect(rulesOf({}, "203.0.113.12")).toContain(
      "http-request track-sc1 src,ipmask(32,64) table clients unless { src 203.0.113.12 }",
    );
  });

  it("is one for both load balancers", () => {
    const { content } = part().files["/etc/haproxy/haproxy.cfg"]!;
    expect(content).toMatch(/backend clients\n\s+stick-table .*http_req_rate\(10s\).* peers edge/);
  });
});
