import { describe, expect, it } from "vitest";
import {
  answerHeaders,
  haproxyWord,
  headerReserve,
} from "../../services/edge-haproxy/answer-headers";
import { tunedLoadBalancer, tunedWebNode, webNode } from "./rendered";

const web = tunedWebNode();
const conf = web.files["/etc/nginx/nginx.conf"]!.content;
const edge = tunedLoadBalancer().files["/etc/haproxy/haproxy.cfg"]!.content;
const paths = ["location-1", "location-2", "server"].map(
  (name) => `/etc/nginx/webstack-${name}.conf`,
);

describe("what the stack file says to Nginx", () => {
  it("is in files of its own, which are checked and read again when they change", () => {
    expect(Object.keys(web.files).filter((path) => path.includes("webstack-"))).toEqual(
      expect.arrayContaining(paths),
    );
    const check = web.checks.find(({ command }) => command[0] === "/usr/sbin/nginx")!;
    const { reloadFiles } = web.services.find(({ unit }) => unit === "nginx.service")!;
    for (const path of paths) {
      expect(check.files).toContain(path);
      expect(reloadFiles).toContain(path);
      expect(conf).toContain(`include ${path};`);
    }
  });

  it("is there word for word, below a line that names the setting", () => {
    expect(web.files[paths[2]!]!.content.split("\n").slice(1)).toEqual([
      "# This file is webstack:web.nginxSnippet of the stack file.",
      "error_page 404 /404.html;",
      "",
    ]);
  });

  it("is nowhere unless it is said", () => {
    expect(webNode().files["/etc/nginx/nginx.conf"]!.content).not.toContain(
      "include /etc/nginx/web",
    );
  });
});

describe("what the stack file says to HAProxy", () => {
  it("ends the public frontend, so that a section that it begins takes nothing of it along", () => {
    expect(edge).toMatch(
      /\n {2}default_backend web\n {2}http-request allow [^\n]*\n {2}# webstack:loadBalancers\.haproxySnippet begins\n(.*\n)+ {2}# webstack:loadBalancers\.haproxySnippet ends\n\n/,
    );
  });

  it("does not reach the other load balancer's question whether this one serves", () => {
    const lines = edge.split("\n").map((line) => line.trim());
    const at = lines.indexOf("http-request allow if { src 203.0.113.11 } { path /healthz }");
    expect(at).toBeGreaterThan(lines.indexOf("default_backend web"));
    expect(lines[at + 1]).toBe("# webstack:loadBalancers.haproxySnippet begins");
  });
});

describe("a header of every answer", () => {
  it.each([
    ["plain", "'plain'"],
    ["max-age=1; includeSubDomains", "'max-age=1; includeSubDomains'"],
    ["it's", "'it'\\''s'"],
    ["100%", "'100%%'"],
    ["%[src] $HOME }", "'%%[src] $HOME }'"],
  ])("is one word to HAProxy that means itself: %s", (value, word) => {
    expect(haproxyWord(value)).toBe(word);
  });

  it("is set after all else, and not where the app has said it", () => {
    expect(answerHeaders({ "X-B": "2", "X-A": "1" })).toEqual([
      "http-after-response set-header X-A '1' unless { res.hdr(X-A) -m found }",
      "http-after-response set-header X-B '2' unless { res.hdr(X-B) -m found }",
    ]);
  });

  it("has room beside an answer that fills a buffer", () => {
    expect(headerReserve({})).toEqual([]);
    expect(headerReserve({ "X-Ab": "x".repeat(1000) })).toEqual([
      "tune.bufsize 17392",
      "tune.maxrewrite 2032",
    ]);
  });
});
