import { describe, expect, it } from "vitest";
import { appProxyCfg } from "../../services/app-proxy/app-proxy-cfg";
import { appProgram, plan, webRequests } from "../support/tier-args";
import { busyAppNode, contentOf, ordinaryAppNode, tunedWebNode, webNode } from "./rendered";

const proxyPath = "/etc/haproxy/haproxy.cfg";
const balancerPath = "/etc/haproxy/app.cfg";

/** Lines of each backend of a file that choose a server. */
function choices(file: string): string[][] {
  return file
    .split(/^backend /m)
    .slice(1)
    .map((backend) => backend.match(/^ +(balance|hash-type|default-server .*hash-key) .*$/gm) ?? [])
    .map((lines) => lines.map((line) => line.trim()));
}

/** Lines of a backend that chooses by the client. */
function byClient(key: string): string[] {
  return [
    "balance hash req.hdr_ip(X-Forwarded-For,-1),ipmask(32,64)",
    "hash-type consistent",
    `default-server weight 64 hash-key ${key}`,
  ];
}

describe("the process of a request", () => {
  it("is the least busy one unless the stack file says something else", () => {
    const least = ["balance leastconn"];
    expect(choices(contentOf(webNode(), proxyPath))).toEqual([least, least]);
    // The second one is for processes that are all busy.
    expect(choices(contentOf(ordinaryAppNode(), balancerPath))).toEqual([least, least]);
  });

  it("is that of the client's address, also while no node is healthy", () => {
    const proxy = contentOf(tunedWebNode(), proxyPath);
    expect(choices(proxy)).toEqual([byClient("addr"), byClient("addr")]);
    const balancer = contentOf(busyAppNode(), balancerPath);
    expect(choices(balancer)).toEqual([byClient("addr-port"), byClient("addr-port")]);
  });

  it("depends on other keys at the node than at the web node, so that no process is left without clients", () => {
    const key = (file: string) => /hash-key (\S+)/.exec(file)![1];
    const ofNode = key(contentOf(busyAppNode(), balancerPath));
    expect(key(contentOf(tunedWebNode(), proxyPath))).not.toBe(ofNode);
  });

  it("follows from the header that Nginx writes, which a visitor cannot", () => {
    const nginx = contentOf(tunedWebNode(), "/etc/nginx/nginx.conf");
    expect(nginx).toContain("proxy_set_header X-Forwarded-For $remote_addr;");
  });

  it("does not depend on the encryption between the tiers", () => {
    const program = appProgram({ affinity: "client" });
    const args = { appNodes: plan.app, requests: webRequests(), program };
    const [clear, encrypted] = [false, true].map((innerTls) => appProxyCfg({ ...args, innerTls }));
    expect(choices(encrypted!)).toEqual(choices(clear!));
  });
});
