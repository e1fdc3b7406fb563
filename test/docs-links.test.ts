import { existsSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { pages, root, textOf } from "./support/pages";

/** The text without what stands in fences, where brackets are code. */
const prose = (text: string) => text.replace(/^(```+)[^]*?^\1/gm, "");

/** Names by which the headings of a page are linked to. https://github.com/Flet/github-slugger */
function anchors(text: string): string[] {
  const seen = new Map<string, number>();
  return [...prose(text).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading]) => {
    const words = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "").replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** What a page links to in this repository. */
function links(page: string): string[] {
  const found = [...prose(textOf(page)).matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g)];
  return found.map(([, target]) => target!).filter((target) => !/^[a-z]+:/.test(target));
}

/** Why a link leads nowhere; undefined: it does not. */
function problemOf(page: string, link: string): string | undefined {
  const [path = "", anchor] = decodeURIComponent(link).split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return `${page}: ${link} is not there`;
  if (relative(root, join(root, target)).startsWith("..")) return `${page}: ${link} is outside`;
  if (anchor === undefined || statSync(join(root, target)).isDirectory()) return undefined;
  return anchors(textOf(target)).includes(anchor)
    ? undefined
    : `${page}: ${link} has no such heading`;
}

describe("README.md and docs", () => {
  it("are what is looked at", () => {
    expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/operations.md"]));
    expect(pages.flatMap(links).length).toBeGreaterThan(50);
  });

  it("link to what is there", () => {
    const lost = pages.flatMap((page) => links(page).map((link) => problemOf(page, link)));
    expect(lost.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it("are known to be wrong if they are", () => {
    expect(problemOf("README.md", "docs/nothing.md")).toBe(
      "README.md: docs/nothing.md is not there",
    );
    expect(problemOf("docs/preview.md", "operations.md#nothing")).toContain("has no such heading");
    expect(problemOf("docs/preview.md", "#what-it-says")).toBeUndefined();
  });
});
