import { describe, expect, it } from "vitest";
import { appBalancerCfg } from "../../services/app-balancer/app-balancer-cfg";
import { appProxyCfg } from "../../services/app-proxy/app-proxy-cfg";
import { haproxyCfg } from "../../services/edge-haproxy/haproxy-cfg";
import { nginxConf } from "../../services/nginx/nginx-conf";
import { publicFiles } from "../../services/nginx/static-site";
import { proxyTimeouts, type WebRequests } from "../../services/requests";
import {
  appProgram,
  edgeRules,
  nginxSettings,
  plan,
  release,
  webRequests,
} from "../support/tier-args";

/** The files of the four proxies between a visitor and a process of the app. */
function proxies(requests: WebRequests) {
  const program = appProgram();
  const lbSubnetCidr = "10.0.1.0/24";
  const web = {
    node: "web-1",
    lbSubnetCidr,
    settings: nginxSettings(),
    site: publicFiles,
    release,
  };
  const pair = { node: "lb-1", loadBalancers: plan.lb, webNodes: plan.web };
  return {
    edge: haproxyCfg({ ...pair, requests, rules: edgeRules(), maxConnections: 9500 }),
    nginx: nginxConf({ ...web, requests }),
    appProxy: appProxyCfg({ appNodes: plan.app, program, requests }),
    balancer: appBalancerCfg({
      program,
      ports: [3101],
      socketPath: "/run/a.sock",
      drainMapPath: "/run/drain.map",
      timeouts: proxyTimeouts(requests),
    }),
  };
}

function nginxOf(requests: Partial<WebRequests>): string {
  return proxies(webRequests(requests)).nginx;
}

/** All values of a setting in seconds. */
function seconds(text: string, setting: string): number[] {
  return [...text.matchAll(new RegExp(`${setting} (\\d+)([sh])\\b`, "g"))].map(
    ([, count, unit]) => Number(count) * (unit === "h" ? 3600 : 1),
  );
}

/** The lines of a location of Nginx. */
function location(nginx: string, name: string): string {
  const start = nginx.indexOf(`location ${name} {`);
  if (start < 0) throw new Error(`there is no location ${name}`);
  return nginx.slice(start, nginx.indexOf("\n    }", start));
}

const stacks: Record<string, Partial<WebRequests>> = {
  "the defaults": {},
  "a short time": { answerTimeoutSeconds: 1 },
  "the longest time": { answerTimeoutSeconds: 3600 },
  "a path with a long time": { paths: { "/export": { answerTimeoutSeconds: 3600 } } },
  "a path with a short time": {
    answerTimeoutSeconds: 120,
    paths: { "/api": { answerTimeoutSeconds: 5 } },
  },
};

describe("an answer that is late", () => {
  it.each(Object.entries(stacks))("is told of by Nginx, with %s", (_, requests) => {
    const { edge, nginx, appProxy, balancer } = proxies(webRequests(requests));
    const app = nginx.slice(nginx.indexOf("location @app"), nginx.indexOf("location @upgrade"));
    const longest = Math.max(...seconds(app, "proxy_read_timeout"));
    expect(longest).toBe(Math.max(...seconds(app, "proxy_send_timeout")));
    for (const proxy of [edge, appProxy, balancer]) {
      expect(seconds(proxy, "timeout server")[0]).toBeGreaterThan(longest);
    }
    expect(seconds(appProxy, "timeout client")[0]).toBeGreaterThan(longest);
    expect(seconds(edge, "hard-stop-after")[0]).toBeGreaterThan(longest);
    for (const proxy of [appProxy, balancer]) {
      // Ten minutes, or more.
      expect(seconds(proxy, "hard-stop-after")[0] ?? 600).toBeGreaterThan(longest);
    }
  });

  it("has the time of its path, and everything else that of the stack", () => {
    const nginx = nginxOf({ paths: { "/api/export": { answerTimeoutSeconds: 600 } } });
    expect(location(nginx, "@app")).toContain("proxy_read_timeout 30s;");
    expect(location(nginx, "@path-1")).toContain("proxy_read_timeout 600s;");
  });
});

describe("a WebSocket", () => {
  it.each([60, 3600, 86_400])("may be silent for %d s at every proxy", (idleTimeoutSeconds) => {
    const { edge, nginx, appProxy, balancer } = proxies(webRequests({ idleTimeoutSeconds }));
    for (const proxy of [edge, appProxy, balancer]) {
      expect(seconds(proxy, "timeout tunnel")).toEqual([idleTimeoutSeconds]);
    }
    const upgrade = location(nginx, "@upgrade");
    expect(seconds(upgrade, "proxy_read_timeout")).toEqual([idleTimeoutSeconds]);
    expect(seconds(upgrade, "proxy_send_timeout")).toEqual([idleTimeoutSeconds]);
  });
});

describe("a path with settings of its own", () => {
  const paths = { "/api/export": { maxBodyMib: 20 }, "/files/": { maxBodyMib: 30 } };
  const nginx = nginxOf({ paths });

  it("is the path itself and what is below it, but no longer name", () => {
    const places = [...nginx.matchAll(/location ((= )?\/\S*) \{/g)].map(([, place]) => place);
    expect(places).toEqual([
      "= /healthz",
      "/assets/",
      "/",
      "= /api/export",
      "/api/export/",
      "/files/",
    ]);
  });

  it("has its size where a request comes in, and where its body is read", () => {
    for (const name of ["= /api/export", "/api/export/", "@path-1"]) {
      expect(location(nginx, name)).toContain("client_max_body_size 20m;");
    }
    expect(location(nginx, "@app")).not.toContain("client_max_body_size");
  });

  it("passes everything on as it comes if it says so", () => {
    const off = nginxOf({ paths: { "/api": { buffering: false, maxBodyMib: 2048 } } });
    expect(location(off, "@path-1")).toContain("proxy_request_buffering off;");
    expect(location(off, "@path-1")).toContain("proxy_buffering off;");
    expect(location(off, "@app")).not.toContain("buffering");
  });
});

describe("a large body", () => {
  it("is kept until it is complete while it is below 50 MB", () => {
    expect(nginxOf({ maxBodyMib: 47 })).not.toContain("proxy_request_buffering");
    expect(nginxOf({ maxBodyMib: 48 })).toContain("proxy_request_buffering off;");
  });

  it("is told from others by its length, and one without a length is large", () => {
    const nginx = nginxOf({ paths: { "/up": { maxBodyMib: 2048 } } });
    const rules = [...nginx.matchAll(/^ {4}"~\*?(\S+)" 1;$/gm)].map(([, rule]) => rule!);
    expect(rules).toHaveLength(3);
    const large = (length: string, encoding = "") =>
      rules.some((rule) => new RegExp(rule, "i").test(`${length}:${encoding}`));
    expect(["50000000", "99999999", "100000000", "2147483648"].map((one) => large(one))).toEqual(
      Array(4).fill(true),
    );
    expect(["", "0", "9999999", "49999999"].map((one) => large(one))).toEqual(Array(4).fill(false));
    expect([large("", "chunked"), large("", "gzip, Chunked")]).toEqual([true, true]);
  });

  it("leaves its usual location before anything of it is read", () => {
    const nginx = nginxOf({ paths: { "/up": { maxBodyMib: 2048 } } });
    expect(location(nginx, "@path-1")).toContain("return 531;");
    expect(nginx).toContain("error_page 531 = @path-1-large;");
    expect(location(nginx, "@path-1-large")).toContain("client_max_body_size 2048m;");
    expect(location(nginx, "@app")).not.toContain("return 53");
  });

  it("leaves nothing large of an answer on the disk of a web node", () => {
    expect(nginxOf({})).toContain("proxy_max_temp_file_size 8m;");
  });
});

describe("an error of Nginx", () => {
  it("has the page that the stack file says, at every location", () => {
    const nginx = nginxOf({ maxBodyMib: 100, paths: { "/a": {}, "/b": { maxBodyMib: 100 } } });
    const inServer = nginx.match(/^ {4}error_page .*/gm)!.map((line) => line.trim());
    expect(inServer).toEqual([
      "error_page 418 = @upgrade;",
      "error_page 530 = @app-large;",
      "error_page 531 = @path-1-large;",
      "error_page 532 = @path-2-large;",
      "error_page 419 = @maintenance;",
    ]);
    expect(nginx.match(/error_page/g)).toHaveLength(inServer.length);
  });
});

describe("a stream of events", () => {
  const { edge, appProxy, balancer } = proxies(webRequests());

  it("is not collected by Nginx, whatever the app says", () => {
    expect(appProxy).toMatch(
      /http-response set-header X-Accel-Buffering no if .*text\/event-stream/,
    );
  });

  it("waits in no HAProxy for more", () => {
    for (const proxy of [edge, appProxy, balancer]) expect(proxy).toContain("option http-no-delay");
  });
});
