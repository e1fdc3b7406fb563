import { describe, expect, it } from "vitest";
import { appProxyCfg } from "../../services/app-proxy/app-proxy-cfg";
import { appProgram, plan, sampleProgram, webRequests } from "../support/tier-args";
import { appNode, ordinaryAppNode, webNode } from "./rendered";

const args = { appNodes: plan.app, requests: webRequests() };
const { files, services } = webNode();
const proxy = files["/etc/haproxy/haproxy.cfg"]!.content;
const nginx = files["/etc/nginx/nginx.conf"]!.content;

function seconds(text: string, setting: string): number {
  return Number(new RegExp(`${setting} (\\d+)s`).exec(text)![1]);
}

describe("the proxy to the app nodes", () => {
  it("is the one thing that Nginx passes requests on to, and nobody else reaches it", () => {
    expect(nginx.match(/^ +server [\d.:]+ .*;$/gm)).toEqual([
      "    server 127.0.0.1:3000 max_fails=0;",
    ]);
    expect(proxy.match(/^ +bind \S+$/gm)).toEqual([
      "  bind 127.0.0.1:3000",
      "  bind 127.0.0.1:8404",
    ]);
  });

  it("takes out a node that accepts connections and answers nothing, within 2 s", () => {
    const [, inter, fast, fall] = /inter (\d+)ms fastinter (\d+)ms .*fall (\d+)/.exec(proxy)!;
    const timeoutMs = Number(/timeout check (\d+)ms/.exec(proxy)![1]);
    const first = Number(inter) + timeoutMs;
    expect(first + (Number(fall) - 1) * (Number(fast) + timeoutMs)).toBeLessThanOrEqual(2000);
    expect(proxy).toContain("on-marked-down shutdown-sessions");
  });

  it("asks the balancer of a node, and lets what is under way end when no process is left", () => {
    const host = "hdr Host balancer.webstack.invalid";
    expect(proxy).toContain(`http-check send meth GET uri / ver HTTP/1.1 ${host}`);
    expect(proxy).toContain("http-check disable-on-404");
    const balancer = ordinaryAppNode().files["/etc/haproxy/app.cfg"]!.content;
    const rule = "{ hdr(host) balancer.webstack.invalid }";
    expect(balancer).toContain(`status 200 if ${rule} { nbsrv(app) gt 0 }`);
    expect(balancer).toContain(`status 404 if ${rule}\n`);
  });

  it("sends nothing to a node whose last process has announced its stop, also after a start of the balancer", () => {
    for (const node of [ordinaryAppNode(), appNode()]) {
      const balancer = node.files["/etc/haproxy/app.cfg"]!.content;
      const settings = JSON.parse(node.files["/etc/webstack/app-process.json"]!.content) as {
        drainMap: string;
      };
      // Before a process has started there is no file, and the node counts as drained.
      expect(balancer).toContain(`map_str(opt@${settings.drainMap},on) -m str off }`);
      const unit = node.files["/etc/systemd/system/webstack-app-balancer.service"]!.content;
      expect(unit).toContain("RuntimeDirectoryPreserve=yes");
      const app = node.files["/etc/systemd/system/app@.service"]!.content;
      expect(app).toMatch(/^ExecStartPost=\+.* started %i \$MAINPID$/m);
      expect(app).toMatch(/^ExecStop=\+-.* drain %i$/m);
      expect(app).toMatch(/^After=.*webstack-app-balancer\.service/m);
    }
  });

  it("asks the balancer also where the app itself listens, whose port closes before its last answer", () => {
    const shared = appProxyCfg({ ...args, program: sampleProgram() });
    const besides = "default-server port 3443 check-ssl verify none check inter 500ms";
    expect(shared).toContain(besides);
    expect(shared).toContain("http-check disable-on-404");
    expect(shared).not.toContain("/readyz");
    expect(shared.match(/^ +server \S+ \S+$/gm)![0]).toMatch(/:3000$/);
    expect(proxy).not.toContain("check-ssl");
  });

  it("repeats no request that may have had an effect", () => {
    const backends = proxy.split(/^backend /m).slice(1);
    expect(backends).toHaveLength(2);
    for (const backend of backends) {
      expect(backend).toContain("http-request disable-l7-retry if !METH_GET !{ method HEAD }");
    }
    expect(nginx.match(/proxy_next_upstream .*;/g)).toEqual(["proxy_next_upstream error;"]);
  });

  it("asks any node when none is healthy", () => {
    expect(proxy).toContain("use_backend any if { nbsrv(app) eq 0 }");
    const [, any] = /^backend any\n([^]*?)\n\n/m.exec(proxy)!;
    expect(any).not.toContain("check");
    expect(any!.match(/^ +server /gm)).toHaveLength(plan.app.length);
  });

  it("keeps an idle connection longer than Nginx does", () => {
    const [, upstream] = /upstream app \{([^}]+)\}/s.exec(nginx)!;
    const kept = seconds(upstream!, "keepalive_timeout");
    expect(seconds(proxy, "timeout http-keep-alive")).toBeGreaterThan(kept);
  });

  it("keeps connections to a balancer, and none to an app that may close them", () => {
    const behind = appProxyCfg({ ...args, program: appProgram() });
    expect(behind).toContain("http-reuse safe");
    expect(behind).not.toContain("http-server-close");
    const shared = appProxyCfg({ ...args, program: sampleProgram() });
    expect(shared).toContain("option http-server-close");
    expect(shared).not.toContain("http-reuse");
  });

  it("starts before Nginx, whose health is the proxy's too", () => {
    const units = services.map(({ unit }) => unit);
    expect(units.indexOf("haproxy.service")).toBeGreaterThan(0);
    expect(units.indexOf("haproxy.service")).toBeLessThan(units.indexOf("nginx.service"));
    expect(nginx).toContain("proxy_pass http://127.0.0.1:8404/healthz;");
    const waitMs = Number(/proxy_read_timeout (\d+)ms/.exec(nginx)![1]);
    expect(waitMs).toBeLessThan(500);
  });

  it("refuses a tier without nodes", () => {
    expect(() => appProxyCfg({ ...args, appNodes: [], program: appProgram() })).toThrow(
      "appNodes must name at least one node, got []",
    );
  });
});
