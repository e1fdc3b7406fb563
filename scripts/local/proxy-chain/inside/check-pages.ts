import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { putFile } from "./check-files";
import type { Check } from "./results";
import { ask } from "./visitor";

/** Asserts the status of a path, and the body, or the target of the redirect. */
async function expectAnswer(path: string, status: number, text: string): Promise<void> {
  const answer = await ask(path);
  const got = status === 301 ? answer.headers.location : answer.body;
  assert.deepEqual([path, answer.status, got], [path, status, text]);
}

/** Puts the same pages below `/` and `/docs`, and directories without a page. */
function putPages(): void {
  for (const folder of ["dist", "manual/html"]) {
    putFile("current", `${folder}/index.html`, "start");
    putFile("current", `${folder}/about.html`, "about");
    putFile("current", `${folder}/guide/index.html`, "guide");
    putFile("current", `${folder}/blog.html`, "blog");
    putFile("current", `${folder}/blog/first.html`, "first");
    mkdirSync(`/srv/app/current/${folder}/empty`, { recursive: true });
  }
}

const pagesOfBoth: Check = {
  title: "a path is a file, a page, or a directory with a page, whose slash is added",
  run: async () => {
    putPages();
    for (const below of ["", "/docs"]) {
      await expectAnswer(`${below}/`, 200, "start");
      await expectAnswer(`${below}/about.html`, 200, "about");
      await expectAnswer(`${below}/about`, 200, "about");
      await expectAnswer(`${below}/about?a=1`, 200, "about");
      await expectAnswer(`${below}/guide?a=1&b=%20`, 301, `${below}/guide/?a=1&b=%20`);
      await expectAnswer(`${below}/guide/`, 200, "guide");
      await expectAnswer(`${below}/blog`, 200, "blog");
      await expectAnswer(`${below}/blog/first`, 200, "first");
      const { headers } = await ask(`${below}/about`);
      assert.equal(headers["cache-control"], "no-cache");
      assert.ok(headers.etag);
    }
    await expectAnswer("/docs?a=1&b=%20", 301, "/docs/?a=1&b=%20");
    await expectAnswer("/docs", 301, "/docs/");
  },
};

/** Checks of a site without an app, with the directories `/` and `/docs`. */
export const aloneChecks: Check[] = [
  pagesOfBoth,
  {
    title: "a directory without a page is as good as none",
    run: async () => {
      const { status, body } = await ask("/empty/");
      assert.deepEqual([status, body.includes("404 Not Found")], [404, true]);
      putFile("current", "dist/404.html", "own page");
      for (const path of ["/empty/", "/blog/", "/none", "/none/", "/docs/empty/", "/docs/none"]) {
        await expectAnswer(path, 404, "own page");
      }
    },
  },
  {
    title: "a hidden file has no path, with a slash or without its ending either",
    run: async () => {
      putFile("current", "dist/.git/index.html", "hidden");
      putFile("current", "dist/.secret.html", "hidden");
      putFile("current", "dist/wp-config.php", "hidden");
      putFile("current", "dist/.well-known/a.html", "known");
      const secret = ["/.secret", "/.secret.html", "/wp-config.php"];
      for (const path of ["/.git/", "/.git/index.html", "/.git", ...secret]) {
        await expectAnswer(path, 404, "own page");
      }
      await expectAnswer("/.well-known/a", 200, "known");
    },
  },
];

/** Checks of a single-page app with the same directories, and an app at `/api`. */
export const singlePageChecks: Check[] = [
  pagesOfBoth,
  {
    title: "no hidden file and no source of a program is sent",
    run: async () => {
      for (const path of [
        ".env",
        ".git/index.html",
        "index.php",
        "assets/.a.map",
        "assets/a.PHP",
      ]) {
        putFile("current", `dist/${path}`, "not for visitors");
      }
      for (const path of ["/.env", "/%2eenv", "/.git/", "/.git", "/index.php"]) {
        await expectAnswer(path, 200, "start");
      }
      for (const path of ["/assets/.a.map", "/assets/a.PHP"]) {
        const { status, body } = await ask(path);
        assert.deepEqual([status, (JSON.parse(body) as { url: string }).url], [200, path]);
      }
    },
  },
  {
    title: "the fallback answers where there is no page, and the app below another directory",
    run: async () => {
      for (const path of ["/empty/", "/blog/", "/none", "/none/"]) {
        await expectAnswer(path, 200, "start");
      }
      for (const path of ["/docs/empty/?a=1", "/docs/none", "/api", "/api/x", "/assets/none.js"]) {
        const { status, body } = await ask(path);
        assert.deepEqual([status, (JSON.parse(body) as { url: string }).url], [200, path]);
      }
    },
  },
];
