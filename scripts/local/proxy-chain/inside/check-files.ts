import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import type { Check } from "./results";
import { ask, from } from "./visitor";

const script = "export const here = true;\n".repeat(200);

/** Puts a file into a kept or staged release, or into the running one. */
function put(
  release: "current" | "next" | "previous-1" | "previous-2",
  name: string,
  content: string,
): void {
  const path = `/srv/app/${release}/public/${name}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

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
    title: "one that is compressed beforehand, too",
    run: async () => {
      put("previous-1", "assets/big.js", script);
      writeFileSync("/srv/app/previous-1/public/assets/big.js.gz", gzipSync("compressed before"));
      const { headers } = await get("/assets/big.js", "gzip");
      assert.equal(headers["content-encoding"], "gzip");
      assert.equal(headers["content-length"], String(gzipSync("compressed before").length));
    },
  },
  {
    title: "a page of a release that is kept is not, and no file besides",
    run: async () => {
      put("previous-1", "page.html", "an old page");
      writeFileSync("/srv/app/previous-1/server.js", "secret");
      for (const path of ["/page.html", "/assets/../page.html", "/assets/..%2f..%2fserver.js"]) {
        const { body } = await get(path);
        assert.doesNotMatch(body, /an old page|secret/, path);
      }
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
