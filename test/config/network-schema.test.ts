import { describe, expect, it } from "vitest";
import { webEgress } from "../../config/network-schema";

describe("where Nginx may connect outside of the stack", () => {
  it("is nowhere, unless its lines pass requests to others than the app", () => {
    expect(webEgress({ locations: {} })).toBe("none");
    const app = { "/old/": "rewrite ^/old/(.*) /$1 break;\nproxy_pass http://app;" };
    expect(webEgress({ locations: app })).toBe("none");
    expect(webEgress({ locations: { ...app, "/shop/": "proxy_pass https://shop.example;" } })).toBe(
      "any",
    );
    expect(
      webEgress({ locations: {}, nginxSnippet: "location /x { fastcgi_pass 1.2.3.4:9; }" }),
    ).toBe("any");
    expect(
      webEgress({ locations: {}, nginxSnippet: "location /x { proxy_pass http://app2; }" }),
    ).toBe("any");
  });

  it.each([
    "location /x { proxy_pass http://app.example.com; }",
    "location /x { proxy_pass http://app-v2.internal/; }",
    "resolver 1.1.1.1;",
    "access_log syslog:server=198.51.100.7;",
  ])("is anywhere with the line %s", (nginxSnippet) => {
    expect(webEgress({ locations: {}, nginxSnippet })).toBe("any");
  });

  it.each(["proxy_pass  http://app;", "proxy_pass http://app/a;", "proxy_pass http://app:80;"])(
    "is nowhere with the line %s",
    (line) => {
      expect(webEgress({ locations: { "/x/": line } })).toBe("none");
    },
  );

  it("is what the stack file says", () => {
    const passing = { "/": "proxy_pass https://shop.example;" };
    expect(webEgress({ egress: "none", locations: passing })).toBe("none");
    const list = [{ to: "203.0.113.0/24", port: 443 }];
    expect(webEgress({ egress: list, locations: {} })).toEqual(list);
  });
});
