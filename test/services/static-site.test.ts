import { describe, expect, it } from "vitest";
import { nginxConf } from "../../services/nginx/nginx-conf";
import { publicFiles, siteLines, type StaticSite } from "../../services/nginx/static-site";
import type { WebRequests } from "../../services/requests";
import { nginxSettings, release, webRequests } from "../support/tier-args";
import { appNodeOfSite } from "./rendered";

const site = (overrides: Partial<StaticSite> = {}): StaticSite => ({
  ...publicFiles,
  ...overrides,
});

function conf(
  one: StaticSite,
  paths: WebRequests["paths"] = {},
  settings = nginxSettings(),
): string {
  const own = { requests: webRequests({ paths }), settings, site: one, release };
  return nginxConf({ node: "web-1", lbSubnetCidr: "10.0.1.0/24", ...own });
}

/** The locations of a configuration by what they are for. */
function locations(one: StaticSite, paths: WebRequests["paths"] = {}): Record<string, string> {
  const found = conf(one, paths).matchAll(/^ {4}location (\S.*) \{\n([^]*?)\n {4}\}/gm);
  return Object.fromEntries([...found].map(([, name, lines]) => [name, lines]));
}

/** Directives of a location with files that no client may take for those of another release. */
const revalidated = ["add_header Cache-Control no-cache;"];

/** Hidden files other than those of `/.well-known/`, and source of programs. */
const unserved = "(/\\.(?!well-known/)|\\.(php|phtml|phar|cgi|inc)$)";

const linesOf = (one: StaticSite) => siteLines(one, release, []);

describe("a static site", () => {
  it("is by convention what is in public, before the app", () => {
    expect(linesOf(publicFiles)).toEqual({
      root: "/srv/app/current/public",
      folder: "public",
      otherwise: "@app",
      appPaths: [],
      immutable: {},
      maps: [
        "map $uri $served_uri {",
        "  volatile;",
        "  default $uri;",
        `  "~*${unserved}" /nonexistent;`,
        "}",
      ],
      revalidated,
      atRoot: [...revalidated, "try_files $served_uri @app;"],
      more: [],
      errorPages: [],
    });
  });

  it("may be another directory, and several", () => {
    const { root, more } = linesOf(site({ directories: { "/": "dist", "/docs": "a/b" } }));
    expect(root).toBe("/srv/app/current/dist");
    expect(more.join("\n")).toContain("  alias /srv/app/current/a/b/;");
    expect(linesOf(site({ directories: { "/docs": "a/b" } })).root).toBe("/nonexistent");
  });

  it("answers with its fallback for every path but those of the app, and for no file that is gone", () => {
    const spa = site({ fallback: "index.html", appPaths: ["/api"] });
    const found = locations(spa);
    expect(found["/"]).toContain(
      "try_files $served_uri $page_file $page_folder/ /index.html =404;",
    );
    for (const path of ["= /api", "/api/"]) expect(found[path]).toContain("@app;");
    expect(found["/assets/"]).toMatch(/try_files .* @app;/);
  });

  it("needs no app, and then shows no hidden file", () => {
    const found = locations(site({ directories: { "/": "." }, only: true }));
    expect(found["/"]).toContain("try_files $served_uri $page_file $page_folder/ =404;");
    expect(found["/assets/"]).toContain(
      "try_files /current$served_uri /next$served_uri /previous-1$served_uri /previous-2$served_uri =404;",
    );
    expect(found[`~* ${unserved}`]).toContain("return 404;");
    expect(linesOf(site({ directories: { "/": "." }, only: true })).root).toBe("/srv/app/current");
  });

  it("tries no file by the request's own path, in any location, with limits of its own too", () => {
    const directories = { "/": "dist", "/docs": "b" };
    const own = site({ directories, immutable: { "/_a": ".next/static" }, appPaths: ["/api"] });
    const spa = { ...own, fallback: "index.html" };
    for (const one of [publicFiles, own, spa, { ...own, only: true }]) {
      const tried = conf(one, { "/upload.php": { maxBodyMib: 100 } }).match(/try_files .*/g)!;
      expect(tried.length).toBeGreaterThan(3);
      expect(tried.filter((line) => /\$(uri|request)/.test(line))).toEqual([]);
    }
    const { "= /upload.php": exact } = locations(publicFiles, { "/upload.php": {} });
    expect(exact).toContain("try_files $served_uri @path-1;");
    expect(conf(spa).match(/map \$uri \$page_[^}]*\/nonexistent;/g)).toHaveLength(2);
  });

  it("finds assets of all releases that are kept in its own directory, and none without one", () => {
    expect(locations(site({ directories: { "/": "dist" } }))["/assets/"]).toContain(
      "try_files /current/dist$served_uri /next/dist$served_uri /previous-1/dist$served_uri /previous-2/dist$served_uri @app;",
    );
    const none = site({ directories: { "/docs": "b" } });
    expect(locations(none)["/assets/"]).toContain("try_files /nonexistent @app;");
  });

  it("finds files of immutable paths in all releases that are kept, each in its directory", () => {
    const own = site({ immutable: { "/_next/static": ".next/static", "/_a.b": "x" } });
    const found = locations(own);
    const links = ["current", "next", "previous-1", "previous-2"];
    const tried = (folder: string, file: string) =>
      `try_files ${links.map((link) => `/${link}/${folder}${file}`).join(" ")} @app;`;
    expect(found["/_a.b/"]).toContain(tried("x", "$immutable_1"));
    expect(found["/_next/static/"]).toContain(tried(".next/static", "$immutable_2"));
    expect(found["/_next/static/"]).toContain("max-age=31536000, immutable");
    expect(found["/_next/static/"]).toContain("root /srv/app;");
    expect(linesOf(own).maps).toEqual([
      ...linesOf(publicFiles).maps,
      "map $uri $immutable_1 {",
      `  "~*^/_a\\.b(?=/).*${unserved}" "";`,
      ...['  "~^/_a\\.b(?<below_1>/.+)$" $below_1;', "}"],
      "map $uri $immutable_2 {",
      `  "~*^/_next/static(?=/).*${unserved}" "";`,
      ...['  "~^/_next/static(?<below_2>/.+)$" $below_2;', "}"],
    ]);
    const alone = locations({ ...own, only: true });
    expect(alone["/_a.b/"]).toContain(tried("x", "$immutable_1").replace("@app", "=404"));
  });

  it("keeps the query where it adds the slash of a directory", () => {
    const found = locations(site({ directories: { "/docs": "b" } }));
    expect(found["= /docs"]).toContain("return 301 /docs/$is_args$args;");
  });

  it("never answers 403 for a directory without a page", () => {
    const found = conf(site({ directories: { "/": "dist", "/docs": "b" }, only: true }));
    expect(found).not.toContain("$uri/ ");
    const pages = site({ fallback: "index.html", appPaths: ["/api"] });
    for (const one of [site({ only: true }), pages, site({ directories: { "/docs": "b" } })]) {
      expect(conf(one).match(/map \$uri \$page_(file|folder) \{\n {4}volatile;/g)).toHaveLength(2);
    }
  });

  it("gives the app's paths the limits that hold there, each location once", () => {
    const appPaths = ["/api", "/api/live", "/login", "/up"];
    const spa = site({ directories: { "/": "dist" }, fallback: "index.html", appPaths });
    const paths = { "/api": { maxBodyMib: 100 }, "/up/": { maxBodyMib: 20 }, "/other": {} };
    const names = [...conf(spa, paths).matchAll(/^ {4}location (\S.*) \{$/gm)].map(
      ([, name]) => name,
    );
    expect(names).toEqual([...new Set(names)]);
    const found = locations(spa, paths);
    for (const path of ["= /api", "/api/", "= /api/live", "/api/live/"]) {
      expect(found[path]).toContain("client_max_body_size 100m;");
      expect(found[path]).toContain("try_files /nonexistent @path-1;");
    }
    expect(found["/login/"]).toContain("try_files /nonexistent @app;");
    expect(found["= /up"]).toContain("try_files /nonexistent @app;");
    expect(found["/up/"]).toContain("try_files /nonexistent @path-3;");
    expect(found["/other/"]).toContain("try_files $served_uri @path-2;");
  });

  it("lets an error page of the stack file come before its own", () => {
    const settings = nginxSettings({ nginxSnippet: "error_page 404 /mine.html;" });
    const lines = conf(site({ directories: { "/": "." }, only: true }), {}, settings).split("\n");
    const own = lines.indexOf("    error_page 404 /404.html;");
    expect(own).toBeGreaterThan(lines.indexOf("    include /etc/nginx/webstack-server.conf;"));
    expect(linesOf(site({ fallback: "a.html", only: true })).errorPages).toEqual([]);
  });

  it("never says that a file of another release is still the same", () => {
    const directories = { "/": "dist", "/docs": "b" };
    const fallback = { fallback: "index.html", appPaths: ["/own/app"] };
    const paths = { "/own": {}, "/own/app": {} };
    for (const one of [{}, { only: true }, fallback]) {
      const found = locations(site({ ...one, directories }), "only" in one ? {} : paths);
      const own = "only" in one ? [] : ["= /own", "/own/"];
      for (const path of ["/", "/docs/", ...own]) {
        for (const line of revalidated) expect(found[path]).toContain(line);
      }
      // What the app answers has the app's own headers.
      const ofApp = Object.keys(found).filter((name) =>
        ("fallback" in one ? /^@|\/app/ : /^@/).test(name),
      );
      for (const name of ofApp.filter((one) => one !== "@maintenance")) {
        expect(found[name]).not.toContain("add_header");
      }
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
