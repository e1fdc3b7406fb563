import { describe, expect, it } from "vitest";
import { lastingRules } from "../../services/edge-haproxy/lasting";
import type { WebRequests } from "../../services/requests";
import { webRequests } from "../support/tier-args";

/** Rules of paths: the verdict, and its condition. */
function pathRules(paths: WebRequests["paths"]): [string, string][] {
  return lastingRules(webRequests({ paths })).flatMap((rule): [string, string][] => {
    const [, verdict, condition] =
      /set-var\(txn\.lasting\) bool\((\w+)\) if (.*path.*)/.exec(rule) ?? [];
    return verdict === undefined ? [] : [[verdict, condition!]];
  });
}

describe("requests that may last", () => {
  it("are WebSockets and event streams, but none with a body", () => {
    const rules = lastingRules(webRequests()).join("\n");
    expect(rules).toContain("if { req.hdr(Upgrade) -i websocket } !has_body");
    expect(rules).toContain(
      "if METH_GET { req.hdr(Accept) -i -m beg text/event-stream } !has_body",
    );
    expect(pathRules({})).toEqual([]);
  });

  it("are those to a path without buffering and below it", () => {
    expect(pathRules({ "/live": { buffering: false }, "/kept": { maxBodyMib: 20 } })).toEqual([
      ["true", "{ path /live } || { path_beg /live/ }"],
    ]);
    expect(pathRules({ "/live/": { buffering: false } })).toEqual([
      ["true", "{ path_beg /live/ }"],
    ]);
  });

  it("follow the longest path that fits", () => {
    const paths = {
      "/api/live/kept/raw/": { buffering: false },
      "/api/live/kept": { maxBodyMib: 20 },
      "/api/live": { buffering: false },
      "/api": { answerTimeoutSeconds: 60 },
      "/api/lively": { maxBodyMib: 20 },
    };
    expect(pathRules(paths)).toEqual([
      ["true", "{ path /api/live } || { path_beg /api/live/ }"],
      ["false", "{ path /api/live/kept } || { path_beg /api/live/kept/ }"],
      ["true", "{ path_beg /api/live/kept/raw/ }"],
    ]);
  });
});
