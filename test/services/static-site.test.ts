import { describe, expect, it } from "vitest";
import { nginxConf } from "../../services/nginx/nginx-conf";
import { publicFiles, siteLines, type StaticSite } from "../../services/nginx/static-site";
import { appNodeOfSite } from "./rendered";

const site = (overrides: Partial<StaticSite> = {}): StaticSite => ({
  ...publicFiles,
  ...overrides,
});

/** The locations of a configuration by what they are for. */
function locations(one: StaticSite): Record<string, string> {
  const args = { node: "web-1", lbSubnetCidr: "10.0.1.0/24", maxBodyMib: 10, site: one };
  const found = nginxConf(args).matchAll(/^ {4}location (\S.*) \{\n([^]*?)\n {4}\}/gm);
  return Object.fromEntries([...found].map(([, name, lines]) => [name, lines]));
}

describe("a static site", () => {
  it("is by convention what is in public, before the app", () => {
    expect(siteLines(publicFiles)).toEqual({
      root: "/srv/app/current/public",
      otherwise: "@app",
      atRoot: ["try_files $uri @app;"],
      more: [],
    });
  });

  it("may be another directory, and several", () => {
    const { root, more } = siteLines(site({ directories: { "/": "dist", "/docs": "a/b" } }));
    expect(root).toBe("/srv/app/current/dist");
    expect(more.join("\n")).toContain("  alias /srv/app/current/a/b/;");
    expect(siteLines(site({ directories: { "/docs": "a/b" } })).root).toBe("/nonexistent");
  });

  it("answers with its fallback for every path but those of the app, and for no file that is gone", () => {
    const spa = site({ fallback: "index.html", appPaths: ["/api"] });
    const found = locations(spa);
    expect(found["/"]).toContain("try_files $uri $uri/ /index.html =404;");
    for (const path of ["= /api", "/api/"]) expect(found[path]).toContain("@app;");
    expect(found["/assets/"]).toContain("try_files $uri @app;");
  });

  it("needs no app, and then shows no hidden file", () => {
    const found = locations(site({ directories: { "/": "." }, only: true }));
    expect(found["/"]).toContain("try_files $uri $uri/ =404;");
    expect(found["/assets/"]).toContain("try_files $uri =404;");
    expect(found["~ /\\.(?!well-known/)"]).toContain("return 404;");
    expect(siteLines(site({ directories: { "/": "." }, only: true })).root).toBe(
      "/srv/app/current",
    );
  });

  it("never says that a file of another release is still the same", () => {
    const found = locations(site({ directories: { "/": "dist", "/docs": "b" }, only: true }));
    for (const path of ["/", "/docs/"]) {
      expect(found[path]).toContain("etag off;");
      expect(found[path]).toContain("if_modified_since off;");
      expect(found[path]).toContain("add_header Cache-Control no-cache;");
    }
  });
});

describe("an app node without a server", () => {
  it("runs no process and no balancer, but what runs beside them", () => {
    const units = appNodeOfSite().services.map(({ unit }) => unit);
    expect(units.filter((unit) => /^app@|balancer/.test(unit))).toEqual([]);
    expect(units).toContain("worker-mail@1.service");
  });
});
