import { describe, expect, it } from "vitest";
import { stackFileMessages } from "../../../host/converge/stack-file-messages";
import { stackFileLines, stackFileText } from "../../../services/text";

const server = "/etc/nginx/webstack-server.conf";
const edge = "/etc/haproxy/haproxy.cfg";
const files = new Map([
  ["/etc/nginx/nginx.conf", "http {\n}\n"],
  [server, stackFileText("web.nginxSnippet", "expires 1h;\n\nretrun 204;\n")],
]);
const frontend = [
  "frontend public",
  "  bind *:80",
  ...stackFileLines("loadBalancers.haproxySnippet", "acl a path /a\nfoo bar\n"),
  "backend web",
];
const edgeFiles = new Map([[edge, frontend.join("\n")]]);
const alert = (line: number) =>
  `[ALERT]    (9) : config : parsing [${edge}:${line}] : unknown keyword 'foo' in 'frontend' section`;

describe("stackFileMessages", () => {
  it("names the setting and its own line of what Nginx refuses", () => {
    const output = `nginx: [emerg] unknown directive "retrun" in ${server}:5`;
    expect(stackFileMessages(output, files)).toEqual([
      'webstack:web.nginxSnippet line 3: unknown directive "retrun"',
    ]);
  });

  it("leaves out when and in which process Nginx says it", () => {
    const output = `2026/01/02 03:04:05 [emerg] 49#49: unexpected "}" in ${server}:3`;
    expect(stackFileMessages(output, files)).toEqual([
      'webstack:web.nginxSnippet line 1: unexpected "}"',
    ]);
  });

  it("names the line of what HAProxy refuses inside of a file with other lines", () => {
    expect(
      stackFileMessages(`[NOTICE] version\n${alert(5)}\n[ALERT] (9) : Fatal`, edgeFiles),
    ).toEqual([
      "webstack:loadBalancers.haproxySnippet line 2: unknown keyword 'foo' in 'frontend' section",
    ]);
  });

  it.each([2, 7])("does not name the stack file for line %d, which is not its own", (line) => {
    expect(stackFileMessages(alert(line), edgeFiles)).toEqual([
      "the reason may be the value of webstack:loadBalancers.haproxySnippet",
    ]);
  });

  it("says nothing of files without a word of the stack file", () => {
    expect(stackFileMessages(alert(1), new Map([[edge, "frontend public\n"]]))).toEqual([]);
  });

  it("says nothing of a file that the checker did not read", () => {
    expect(stackFileMessages("error in /etc/other.conf:3", new Map())).toEqual([]);
  });
});
