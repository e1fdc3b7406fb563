import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import type { Seen } from "./backend";
import type { Check } from "./results";
import { ask, site } from "./visitor";

/** Headers that the docs promise for a request and for an answer: their bytes in all, and their number. */
const promised = { bytes: 14 * 1024, lines: 90 };

/** Headers with `bytes` bytes in all, each with its name, colon, space and line end. */
function headersOf(bytes: number, lines: number): Record<string, string> {
  const each = Math.floor(bytes / lines);
  const names = Array.from({ length: lines }, (_, i) => `x-wide-${i}`);
  return Object.fromEntries(names.map((name) => [name, "x".repeat(each - name.length - 4)]));
}

function wideOf(headers: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-wide-")));
}

/** Checks of long headers, with long headers of the stack file too. */
export const headerChecks: Check[] = [
  {
    title: "14 KiB of headers reach the app, as one or as 90",
    run: async () => {
      for (const lines of [1, promised.lines]) {
        const headers = headersOf(promised.bytes, lines);
        for (const method of ["GET", "POST"]) {
          const { status, body } = await ask("/", { method, headers });
          assert.equal(status, 200, `${method} ${lines}: ${body}`);
          assert.deepEqual(wideOf((JSON.parse(body) as Seen).headers), headers);
        }
      }
      assert.equal((await ask(`/${"a".repeat(promised.bytes)}`)).status, 200);
    },
  },
  {
    title: "14 KiB of an answer's headers reach the visitor, as one or as 90",
    run: async () => {
      for (const lines of [1, promised.lines]) {
        const path = `/wide?bytes=${promised.bytes}&lines=${lines}`;
        const { status, headers, body } = await ask(path, { method: "POST" });
        assert.deepEqual([status, body], [200, "wide\n"], `${lines}`);
        assert.deepEqual(wideOf(Object.entries(headers)), headersOf(promised.bytes, lines));
        assert.equal(headers["x-from-app"], "from the stack file");
      }
    },
  },
  {
    title: "both hold over HTTP/2",
    run: async () => {
      const session = connect(`https://${site.host}`, { rejectUnauthorized: false });
      const cookie = `a=${"x".repeat(promised.bytes - 12)}`;
      const path = `/wide?bytes=${promised.bytes}&lines=1`;
      const stream = session.request({ ":path": path, cookie });
      const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
      assert.equal(headers[":status"], 200);
      assert.deepEqual(wideOf(Object.entries(headers)), headersOf(promised.bytes, 1));
      assert.equal(await text(stream), "wide\n");
      session.close();
    },
  },
  {
    title: "longer headers are refused before the app acts",
    run: async () => {
      const headers = headersOf(15.5 * 1024, 1);
      assert.equal((await ask("/", { method: "POST", headers })).status, 431);
    },
  },
  {
    title: "a trailer of the app is dropped, and the rest of the answer arrives",
    run: async () => {
      const { response, body } = await fetched("/trailers");
      assert.deepEqual([response.statusCode, body], [200, "body\n"]);
      assert.deepEqual(Object.keys(response.trailers), []);
    },
  },
  {
    title: "an early hint of the app is dropped, or delays the answer with Nginx before 1.29",
    run: async () => {
      const hints: unknown[] = [];
      const begun = performance.now();
      const { response, body } = await fetched("/hints", (status) => hints.push(status));
      const seconds = Math.round((performance.now() - begun) / 1000);
      assert.deepEqual([response.statusCode, body], [200, "hinted\n"]);
      // For the earlier Nginx the hint is the answer, which ends once the proxy closes the idle connection.
      const isLate = seconds > 0;
      assert.deepEqual([seconds, hints], isLate ? [20, [103]] : [0, []]);
      const after = await fetched("/after");
      assert.match(after.body, /"url":"\/after"/);
      return isLate ? `${seconds} s late` : "dropped";
    },
  },
];

/** A whole answer on a connection that the next request uses too. */
async function fetched(path: string, onHint: (status: number) => unknown = () => undefined) {
  const call = request({ ...site, path, agent, signal: AbortSignal.timeout(30_000) });
  call.on("information", ({ statusCode }) => onHint(statusCode));
  const [response] = (await once(call.end(), "response")) as [IncomingMessage];
  return { response, body: await text(response) };
}

const agent = new Agent({ keepAlive: true });
