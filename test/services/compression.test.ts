import { describe, expect, it } from "vitest";
import { nginx } from "../../services/nginx/service";
import { publicFiles } from "../../services/nginx/static-site";
import { nginxSettings, nodeFacts, release, webRequests } from "../support/tier-args";

function part(brotli: boolean) {
  const settings = nginxSettings({ brotli });
  const own = { requests: webRequests(), settings, site: publicFiles, release };
  const facts = { ...nodeFacts("web"), ...own };
  const { packages, files } = nginx("none").part(facts);
  return { packages, conf: files!["/etc/nginx/nginx.conf"]!.content };
}

describe("compression", () => {
  const { packages, conf } = part(false);
  const [, types] = /gzip_types (.*);/.exec(conf)!;

  it("tells caches that answers differ by what a client takes", () => {
    expect(conf).toContain("gzip_vary on;");
  });

  it.each(["text/css", "application/json", "text/javascript", "image/svg+xml", "application/wasm"])(
    "is for %s",
    (type) => expect(types!.split(" ")).toContain(type),
  );

  it.each(["font/ttf", "font/otf", "application/manifest+json", "application/xml", "text/csv"])(
    "is for %s too",
    (type) => expect(types!.split(" ")).toContain(type),
  );

  it.each(["text/event-stream", "text/html", "font/woff2", "image/png", "application/zip"])(
    "is not named for %s",
    (type) => expect(types!.split(" ")).not.toContain(type),
  );

  it("knows no type twice, which Nginx would warn of", () => {
    const names = types!.split(" ");
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it("loads a module of brotli only where a stack wants it", () => {
    expect(packages).toEqual(["nginx", "logrotate"]);
    expect(conf).not.toContain("brotli");
  });

  it("with brotli brings its modules, before all else, for the same types", () => {
    const wanted = part(true);
    expect(wanted.packages).toEqual([
      "nginx",
      "logrotate",
      "libnginx-mod-http-brotli-filter",
      "libnginx-mod-http-brotli-static",
    ]);
    expect(wanted.conf).toMatch(/^#.*\nload_module .*filter_module\.so;\nload_module .*\nuser /);
    expect(wanted.conf).toContain(`brotli_types ${types};`);
    expect(wanted.conf).toContain("brotli_static on;");
  });
});

describe("static files", () => {
  it.each(["mjs", "webmanifest", "ttf", "otf", "map"])("have a type if they end in .%s", (end) => {
    expect(part(false).conf).toMatch(new RegExp(`^ {4}\\S+/\\S+ ${end};$`, "m"));
  });
});
