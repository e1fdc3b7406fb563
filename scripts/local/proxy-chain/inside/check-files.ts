import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Seen } from "./backend";
import type { Check } from "./results";
import { ask, from } from "./visitor";

const script = "export const here = true;\n".repeat(200);

/** Longest time for which Nginx keeps what it knows of a file, milliseconds: `open_file_cache_valid`. */
const keptMs = 2_500;

const put = (release: ReleaseLink, name: string, content: string | Buffer, seconds?: number) =>
  putFile(release, `public/${name}`, content, seconds);

function get(path: string, encoding = "identity") {
  return ask(path, { ...from("127.9.0.5"), headers: { "Accept-Encoding": encoding } });
}

/** Checks of static files with three kept releases. */
export const fileChecks: Check[] = [
  {
    title: "an asset of a release that is kept is found, and the running release's comes first",
    run: async () => {
      put("current", "assets/app.js", "current");
      for (const [release, name] of [
        ["previous-1", "one"],
        ["previous-2", "two"],
      ] as const) {
        put(release, "assets/app.js", release);
        put(release, `assets/${name}.js`, release);
        const { status, headers, body } = await get(`/assets/${name}.js`);
        assert.deepEqual([status, body], [200, release]);
        assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
        assert.equal(headers["content-type"], "application/javascript");
      }
      assert.equal((await get("/assets/app.js")).body, "current");
    },
  },
  {
    title: "an asset of a release that is staged is found at once, no page of that release is",
    run: async () => {
      const missing = await get("/assets/staged.js");
      assert.notEqual(missing.body, "staged");
      put("next", "assets/staged.js", "staged");
      put("next", "assets/app.js", "staged");
      put("next", "staged.html", "a staged page");
      const { status, headers, body } = await get("/assets/staged.js");
      assert.deepEqual([status, body], [200, "staged"]);
      assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
      assert.equal((await get("/assets/app.js")).body, "current");
      assert.notEqual((await get("/staged.html")).body, "a staged page");
    },
  },
  {
    title: "so is a file of an immutable path, and the app answers what is in no release",
    run: async () => {
      const inNext = (release: ReleaseLink, name: string) =>
        putFile(release, `.next/static/${name}`, release);
      for (const release of ["current", "next", "previous-1", "previous-2"] as const) {
        inNext(release, `chunks/of ${release}.js`);
        const { status, headers, body } = await get(`/_next/static/chunks/of%20${release}.js`);
        assert.deepEqual([status, body], [200, release]);
        assert.equal(headers["cache-control"], "public, max-age=31536000, immutable");
        assert.equal(headers["content-type"], "application/javascript");
      }
      inNext("previous-1", "both.js");
      inNext("next", "both.js");
      assert.equal((await get("/_next/static/both.js")).body, "next");
      putFile("previous-1", ".next/server.js", "secret");
      const others = ["/_next/static", "/_next/static/", "/_next/static/no%20ne.js?a=1"];
      for (const path of [...others, "/_next/static/..%2fserver.js", "/_next/staticks/both.js"]) {
        const { status, headers, body } = await get(path);
        assert.deepEqual([status, (JSON.parse(body) as Seen).url], [200, path]);
        assert.equal(headers["cache-control"], undefined);
      }
    },
  },
  {
    title: "one that is compressed beforehand, too",
    run: async () => {
      put("previous-1", "assets/big.js", script);
      put("previous-1", "assets/big.js.gz", gzipSync("compressed before"));
      const { headers } = await get("/assets/big.js", "gzip");
      assert.equal(headers["content-encoding"], "gzip");
      assert.equal(headers["content-length"], String(gzipSync("compressed before").length));
    },
  },
  {
    title: "a page of a release that is kept is not, and no file besides",
    run: async () => {
      put("previous-1", "page.html", "an old page");
      putFile("previous-1", "server.js", "secret");
      for (const path of ["/page.html", "/assets/../page.html", "/assets/..%2f..%2fserver.js"]) {
        const { body } = await get(path);
        assert.doesNotMatch(body, /an old page|secret/, path);
      }
    },
  },
  {
    title: "an edit that keeps a file's size reaches a browser that has the earlier file",
    run: async () => {
      for (const path of ["/a.css", "/own/a.css"]) {
        put("current", path.slice(1), "a{top:1}", 1e9);
        const first = await get(path);
        assert.deepEqual([first.status, first.body], [200, "a{top:1}"]);
        assert.equal(first.headers["cache-control"], "no-cache");
        const headers = {
          "If-None-Match": first.headers.etag!,
          "If-Modified-Since": first.headers["last-modified"]!,
        };
        const same = await ask(path, { ...from("127.9.0.5"), headers });
        assert.deepEqual([same.status, same.body], [304, ""]);
        // As in the next release.
        put("current", path.slice(1), "a{top:2}", 1e9 + 1);
        await pause(keptMs);
        const again = await ask(path, { ...from("127.9.0.5"), headers });
        assert.deepEqual([again.status, again.body], [200, "a{top:2}"]);
      }
      assert.equal((await get("/own/none")).headers["cache-control"], undefined);
      assert.equal((await get("/none")).headers["cache-control"], undefined);
    },
  },
  {
    title: "texts are compressed, and caches are told that answers differ",
    run: async () => {
      for (const [name, type] of [
        ["a.mjs", "text/javascript"],
        ["a.ttf", "font/ttf"],
        ["a.webmanifest", "application/manifest+json"],
      ] as const) {
        put("current", name, script);
        const { headers } = await get(`/${name}`, "gzip");
        assert.equal(headers["content-type"], type);
        assert.equal(headers["content-encoding"], "gzip", name);
        assert.equal(headers.vary, "Accept-Encoding");
        assert.equal((await get(`/${name}`)).headers.vary, "Accept-Encoding");
      }
    },
  },
];

/** Link to a release on a web node. */
type ReleaseLink = "current" | "next" | "previous-1" | "previous-2";

/**
 * Puts a file into a release as the host does.
 *
 * @param seconds time of the release's files, seconds since 1970. @default 0
 */
export function putFile(
  release: ReleaseLink,
  name: string,
  content: string | Buffer,
  seconds = 0,
): void {
  const path = `/srv/app/${release}/${name}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, seconds, seconds);
}
