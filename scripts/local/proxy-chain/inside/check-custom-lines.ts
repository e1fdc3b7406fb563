import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { once } from "node:events";
import { get } from "node:http";
import { stackFileMessages } from "../../../../host/converge/stack-file-messages";
import type { Check } from "./results";
import type { Seen } from "./backend";
import { headerIn } from "./check-clients";
import { ask, from, secondSite } from "./visitor";

const snippet = "/etc/nginx/webstack-server.conf";
const location = "/etc/nginx/webstack-location-1.conf";

/** The messages of converge about the checker's output on these files with other lines. */
function refusal(command: string[], path: string, change: (text: string) => string): string[] {
  const before = readFileSync(path, "utf8");
  const broken = `/tmp/${path.replaceAll("/", "-")}`;
  const args = command.map((word) => (word === path ? broken : word));
  const isEtc = path.startsWith("/etc/");
  writeFileSync(isEtc ? path : broken, change(before));
  try {
    const { stdout, stderr, status } = spawnSync(args[0]!, args.slice(1), { encoding: "utf8" });
    assert.notEqual(status, 0, "the checker took it");
    const content = readFileSync(isEtc ? path : broken, "utf8");
    return stackFileMessages(
      `${stdout}\n${stderr}`.trim(),
      new Map([[isEtc ? path : broken, content]]),
    );
  } finally {
    if (isEtc) writeFileSync(path, before);
  }
}

const nginx = ["/usr/sbin/nginx", "-t", "-q", "-c", "/chain/nginx.conf"];
const edge = ["/usr/sbin/haproxy", "-c", "-f", "/chain/edge-1.cfg"];

async function headersOf(path: string, options = from("127.9.0.5")) {
  const call = get({ ...options, path });
  const [response] = (await once(call, "response")) as [IncomingMessage];
  response.resume();
  return { status: response.statusCode, headers: response.headers };
}

/** Checks of a stack with headers, locations and lines of the stack file. */
export const customLineChecks: Check[] = [
  {
    title: "headers of the stack file are in every answer, word for word",
    run: async () => {
      const wanted = JSON.parse(readFileSync("/chain/headers.json", "utf8")) as object;
      const seen: string[] = [];
      for (const path of ["/page", "/old", "/stub", "/wp-admin", "/assets/none.js"]) {
        const { status, headers } = await headersOf(path);
        for (const [name, value] of Object.entries(wanted)) {
          assert.equal(headers[name.toLowerCase()], value, `${path} ${status}`);
        }
        seen.push(`${path} ${status}`);
      }
      return seen.join(", ");
    },
  },
  {
    title: "a header that the app sets itself stays",
    run: async () => {
      const { headers } = await headersOf("/header");
      assert.equal(headers["x-from-app"], "from the app");
    },
  },
  {
    title: "headers have room beside a long answer with long headers of its own",
    run: async () => {
      const { status } = await headersOf("/download?bytes=300000");
      assert.equal(status, 200);
    },
  },
  {
    title:
      "locations and lines of the stack file work, and the app is told of the client there too",
    run: async () => {
      assert.equal((await headersOf("/old")).headers.location, "/new");
      assert.equal((await headersOf("/stub")).status, 204);
      assert.equal((await headersOf("/wp-admin")).status, 403);
      assert.equal((await headersOf("/wp-admin", { ...secondSite })).status, 403);
      const headers = { "X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6" };
      const { body } = await ask("/beside/page", { ...from("127.9.0.5"), headers });
      assert.equal(headerIn(JSON.parse(body) as Seen, "x-forwarded-for"), "127.9.0.5");
      assert.equal(headerIn(JSON.parse(body) as Seen, "x-real-ip"), "127.9.0.5");
    },
  },
  {
    title: "a page of the stack file tells of an answer that is late, at every path",
    run: async () => {
      mkdirSync("/srv/app/current/public", { recursive: true });
      writeFileSync("/srv/app/current/public/sorry.html", "sorry");
      for (const path of ["/slow?ms=3000", "/own/slow?ms=3000"]) {
        const { status, body } = await ask(path, from("127.9.0.5"));
        assert.deepEqual([status, body], [504, "sorry"], path);
      }
    },
  },
  {
    title: "a mistake in them is told with its setting and line",
    run: () => {
      const cases: [string[], string, (text: string) => string, RegExp][] = [
        [
          nginx,
          snippet,
          (text) => text.replace("return 204", "retrun 204"),
          /^webstack:web\.nginxSnippet line 2: unknown directive "retrun"$/,
        ],
        [
          nginx,
          snippet,
          (text) => `${text}}\n`,
          /^webstack:web\.nginxSnippet line 5: unexpected "}"$/,
        ],
        [
          nginx,
          snippet,
          (text) => `${text}location /more {\n`,
          /^webstack:web\.nginxSnippet line \d: unexpected end of file, expecting "}"$/,
        ],
        [
          nginx,
          location,
          (text) => text.replace("http://app", "http://nowhere"),
          /^webstack:web\.locations\.\/beside\/ line 1: host not found in upstream "nowhere"$/,
        ],
        [
          edge,
          "/chain/edge-1.cfg",
          (text) => text.replace("http-request deny if admin", "http-requset deny if admin"),
          /^webstack:loadBalancers\.haproxySnippet line 2: unknown keyword 'http-requset'/,
        ],
        [
          edge,
          "/chain/edge-1.cfg",
          (text) => text.replace("http-request deny if admin", "use_backend nowhere if admin"),
          /webstack:loadBalancers\.haproxySnippet/,
        ],
      ];
      const all = cases.map(([command, path, change, wanted]) => {
        const messages = refusal(command, path, change);
        assert.match(messages[0] ?? "", wanted);
        return messages[0];
      });
      return Promise.resolve(all.join("\n"));
    },
  },
];
