import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Seen } from "./backend";
import { seenFrom, headerIn } from "./check-clients";
import type { Check } from "./results";
import { ask, from } from "./visitor";

const proxy = "127.10.0.1";

/** Values of a trusted proxy's header, each with the resulting client. */
const words: [says: string | string[] | undefined, client: string][] = [
  ["198.51.100.7", "198.51.100.7"],
  ["6.6.6.6, 198.51.100.7", "198.51.100.7"],
  [["6.6.6.6", "198.51.100.7"], "198.51.100.7"],
  ["6.6.6.6, 198.51.100.7, 127.10.0.2", "198.51.100.7"],
  ["6.6.6.6, 198.51.100.7, 127.10.0.4, 127.10.0.3, 127.10.0.2", "198.51.100.7"],
  ["198.51.100.7,127.10.0.2", "198.51.100.7"],
  ["2001:db8:99::1", "2001:db8:99::1"],
  ["6.6.6.6, 2001:db8:99::1, 2001:db8:10::5", "2001:db8:99::1"],
  ["[2001:db8:99::1]", "2001:db8:99::1"],
  ["198.51.100.7:50123", "198.51.100.7"],
  // An invalid value ends the search: an address before it is not trustworthy.
  ["6.6.6.6, 127.10.0.3, unknown, 127.10.0.2", "127.10.0.2"],
  ["6.6.6.6, unknown", proxy],
  [undefined, proxy],
];

/** Checks of a stack that trusts the X-Forwarded-For header of 127.10.0.0/16 and 2001:db8:10::/48. */
export const proxiedChecks: Check[] = [
  {
    title: "the client of a trusted proxy is the last address that is no trusted proxy's",
    run: async () => {
      for (const [says, client] of words) {
        const seen = await seenFrom(proxy, says === undefined ? {} : { "X-Forwarded-For": says });
        assert.equal(headerIn(seen, "x-forwarded-for"), client, String(says));
        assert.equal(headerIn(seen, "x-real-ip"), client, String(says));
      }
      return `${words.length} words`;
    },
  },
  {
    title: "the client of a trusted proxy at an IPv6 address, too",
    run: async () => {
      const seen = await seenFrom("2001:db8:10::1", { "X-Forwarded-For": "198.51.100.9" });
      assert.equal(headerIn(seen, "x-forwarded-for"), "198.51.100.9");
    },
  },
  {
    title: "nobody else's word on a client is believed",
    run: async () => {
      for (const address of ["127.9.0.5", "2001:db8:1::1"]) {
        const seen = await seenFrom(address, {
          "X-Forwarded-For": "198.51.100.7",
          "X-Forwarded-Proto": "https",
        });
        assert.equal(headerIn(seen, "x-forwarded-for"), address);
        assert.equal(headerIn(seen, "x-forwarded-proto"), "http");
      }
    },
  },
  {
    title: "a trusted proxy says whether its client came over TLS, and nothing else",
    run: async () => {
      for (const [says, proto] of [
        ["https", "https"],
        ["HTTPS", "https"],
        ["ftp", "http"],
      ] as const) {
        const seen = await seenFrom(proxy, {
          "X-Forwarded-For": "198.51.100.7",
          "X-Forwarded-Proto": says,
          "X-Forwarded-Host": "6.6.6.6",
          Forwarded: "for=6.6.6.6",
          X_Forwarded_For: "6.6.6.6",
        });
        assert.equal(headerIn(seen, "x-forwarded-proto"), proto, says);
        assert.deepEqual(
          seen.headers.filter(([, value]) => value.includes("6.6.6.6")),
          [],
        );
      }
    },
  },
  {
    title: "the next request on the same connection has a client of its own",
    run: async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const clients = ["198.51.100.21", "198.51.100.22", undefined];
      for (const client of clients) {
        const headers = client === undefined ? {} : { "X-Forwarded-For": client };
        const { body } = await ask("/page", { ...from(proxy), agent, headers });
        assert.equal(headerIn(JSON.parse(body) as Seen, "x-forwarded-for"), client ?? proxy);
      }
      agent.destroy();
    },
  },
  {
    title: "the log names the client",
    run: async () => {
      await seenFrom(proxy, { "X-Forwarded-For": "198.51.100.33" });
      // Nginx writes its lines after five seconds.
      for (let left = 70; left > 0; left--) {
        if (readFileSync("/var/log/nginx/access.log", "utf8").includes("\n198.51.100.33 ")) return;
        await pause(100);
      }
      assert.fail(readFileSync("/var/log/nginx/access.log", "utf8").slice(-500));
    },
  },
];

/** Checks of a stack whose trusted proxies send a client's address in CF-Connecting-IP. */
export const namedChecks: Check[] = [
  {
    title:
      "a client's address is taken from the header that the stack file names, and from no other",
    run: async () => {
      const seen = await seenFrom(proxy, {
        "CF-Connecting-IP": "198.51.100.7",
        "X-Forwarded-For": "6.6.6.6",
      });
      assert.equal(headerIn(seen, "x-forwarded-for"), "198.51.100.7");
      assert.equal(headerIn(seen, "cf-connecting-ip"), undefined);
      const other = await seenFrom("127.9.0.5", { "CF-Connecting-IP": "6.6.6.6" });
      assert.equal(headerIn(other, "x-forwarded-for"), "127.9.0.5");
    },
  },
];
