import { describe, expect, it } from "vitest";
import { nginxConf } from "../../services/nginx/nginx-conf";
import { publicFiles } from "../../services/nginx/static-site";
import { loadBalancer, webNode } from "./rendered";
import { nginxSettings, release, webRequests } from "../support/tier-args";

const edge = loadBalancer().files["/etc/haproxy/haproxy.cfg"]!.content;
const nginx = webNode().files["/etc/nginx/nginx.conf"]!.content;

describe("web node", () => {
  it("lets a connection change its protocol, and keeps it as long as the load balancers do", () => {
    expect(nginx).toContain('"~*^websocket$" $http_upgrade;');
    expect(nginx).toContain("proxy_set_header Upgrade $websocket;");
    const upgrade = nginx.slice(nginx.indexOf("location @upgrade"));
    expect(upgrade).toContain("proxy_read_timeout 1h;");
    expect(edge).toContain("timeout tunnel 1h");
  });

  it("tells the app of a client once, and never what it says itself", () => {
    const server = nginx.slice(nginx.indexOf("server {"), nginx.indexOf("location"));
    expect(server).toContain("proxy_set_header X-Forwarded-For $remote_addr;");
    for (const header of ["Forwarded", "X-Client-IP", "True-Client-IP", "X-Forwarded-Port"]) {
      expect(server).toContain(`proxy_set_header ${header} "";`);
    }
    // A header that is set in a location would take the place of all of them there.
    expect(nginx.slice(nginx.indexOf("location"))).not.toContain("proxy_set_header");
  });

  it("keeps the port of a host on the visitor's own machine, as in the Origin of its forms", () => {
    const [, first] = nginx.match(
      /map \$http_host \$requested_host \{\n.*\n *"~\*(.*)" \$http_host;/,
    )!;
    const pattern = new RegExp(first!, "i");
    for (const host of ["localhost:8080", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080"]) {
      expect(pattern.test(host), host).toBe(true);
    }
    const withoutPort = [
      "localhost",
      "localhost:",
      "shop.example:8080",
      "localhost.shop.example:80",
    ];
    for (const host of [
      ...withoutPort,
      "127.0.0.1.shop.example:80",
      "localhost:8080.shop.example",
    ]) {
      expect(pattern.test(host), host).toBe(false);
    }
    for (const header of ["Host", "X-Forwarded-Host"]) {
      expect(nginx).toContain(`proxy_set_header ${header} $requested_host;`);
    }
  });

  it("says which release it has where that is wanted, in every place that has headers of its own", () => {
    const include = "include /srv/app/current/.webstack-nginx.con[f];";
    const conf = nginxConf({
      ...{ node: "web-1", lbSubnetCidr: "10.0.1.0/24", requests: webRequests(), release },
      settings: nginxSettings({ versionHeader: true }),
      site: { ...publicFiles, directories: { "/": "dist", "/docs": "manual" }, only: true },
    });
    const withHeaders = conf.match(/location [^{]*\{[^}]*add_header[^}]*\}/g)!;
    expect(withHeaders.map((place) => place.split(" {")[0])).toEqual([
      "location @maintenance",
      "location /assets/",
      "location /",
      "location /docs/",
    ]);
    for (const place of withHeaders) expect(place).toContain(include);
    expect(conf.split(include)).toHaveLength(withHeaders.length + 2);
    expect(conf).toContain("proxy_hide_header X-Release;");
    expect(nginx).not.toMatch(/\.webstack-nginx|X-Release/);
  });

  it("finds assets of all releases that are kept, and pages of the running one alone", () => {
    const links = [...nginx.matchAll(/\/(previous-\d|next|current)\/public\$served_uri/g)].map(
      ([, link]) => link,
    );
    expect(links).toEqual(["current", "next", "previous-1", "previous-2"]);
    const assets = nginx.slice(nginx.indexOf("location /assets/"), nginx.indexOf("location / {"));
    expect(nginx.replace(assets, "")).not.toMatch(/previous-|\/next\b/);
  });

  it("says during maintenance that the page is HTML, whatever the requested file is", () => {
    const place = nginx.slice(nginx.indexOf("location @maintenance {"));
    const lines = place.slice(0, place.indexOf("return 503")).split("\n");
    expect(lines.map((line) => line.trim())).toEqual(
      expect.arrayContaining(["default_type text/html;", "types { }"]),
    );
  });

  it("answers everything but the health check with 503 during maintenance", () => {
    const rule = nginx.slice(
      nginx.indexOf('set $maintenance "";'),
      nginx.indexOf("location = /healthz"),
    );
    expect(rule).toMatch(/-e \/var\/lib\/webstack-maintenance\) \{\s+set \$maintenance on;/);
    expect(rule).toMatch(/if \(\$uri = \/healthz\) \{\s+set \$maintenance "";/);
    expect(rule).toMatch(/if \(\$maintenance\) \{\s+return 419;/);
    const place = rule.slice(rule.indexOf("location @maintenance"));
    expect(place).toMatch(/add_header Retry-After 60 always;[^}]*types \{ \}[^}]*return 503 '/);
    expect(place).toContain("This site is in maintenance.");
  });

  it("trusts the load balancers' word on the client, and nobody else's", () => {
    expect(nginx.match(/set_real_ip_from \S+/g)).toEqual(["set_real_ip_from 10.0.1.0/24;"]);
  });
});
