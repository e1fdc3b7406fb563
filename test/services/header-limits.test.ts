import { describe, expect, it } from "vitest";
import { haproxyCfg } from "../../services/edge-haproxy/haproxy-cfg";
import { edgeRules, plan, webRequests } from "../support/tier-args";
import { appNode, loadBalancer, webNode } from "./rendered";

describe("headers", () => {
  const kib = 1024;
  const edge = loadBalancer().files["/etc/haproxy/haproxy.cfg"]!.content;
  const nginx = webNode().files["/etc/nginx/nginx.conf"]!.content;
  const appProxy = webNode().files["/etc/haproxy/haproxy.cfg"]!.content;
  const balancer = appNode().files["/etc/haproxy/app.cfg"]!.content;
  const number = (text: string, name: string) =>
    Number(new RegExp(`^ *${name.replace(".", "\\.")} (\\d+)$`, "m").exec(text)?.[1]);

  it("that the load balancers accept fit into one line and one buffer of Nginx", () => {
    expect(edge).not.toMatch(/tune\.bufsize|tune\.maxrewrite/);
    expect(nginx).toContain("large_client_header_buffers 4 16k;");
    expect(nginx).toContain("proxy_buffer_size 16k;");
  });

  it("have more room in each proxy behind the load balancers, which the proxies before it fill", () => {
    for (const proxy of [appProxy, balancer]) {
      // Room for all that a load balancer accepts, and for the same host again.
      expect(number(proxy, "tune.bufsize") - kib).toBeGreaterThanOrEqual(2 * 15 * kib);
      expect(number(proxy, "tune.http.maxhdr")).toBeGreaterThan(101);
    }
  });

  it("of the stack file take nothing from those of a request or of the app's answers", () => {
    const headers = { "X-Long": "x".repeat(3000) };
    const pair = { node: "lb-1", loadBalancers: plan.lb, webNodes: plan.web };
    const rules = edgeRules({ headers });
    const long = haproxyCfg({ ...pair, requests: webRequests(), rules, maxConnections: 9500 });
    const left = number(long, "tune.bufsize") - number(long, "tune.maxrewrite");
    expect(left).toBe(15 * kib);
  });
});
