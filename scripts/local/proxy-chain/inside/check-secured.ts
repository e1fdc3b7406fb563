import assert from "node:assert/strict";
import { Agent as TlsAgent, request } from "node:https";
import type { Check } from "./results";
import { leavingChecks } from "./check-leaving";
import { ask, from, site } from "./visitor";

const proxy = "127.10.0.1";
const visitor = "127.9.0.5";
const name = "www.secured.test";

/** Status, and the redirect target or the HSTS header. */
async function answer(address: string, path: string, headers = {}, method = "GET") {
  const { status, headers: answerHeaders } = await ask(path, {
    ...from(address),
    method,
    headers: { Host: name, ...headers },
  });
  return [status, answerHeaders.location ?? answerHeaders["strict-transport-security"]];
}

/** HSTS header of an answer over TLS. */
function hstsOf(servername: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const agent = new TlsAgent({ rejectUnauthorized: false });
    const own = { host: site.host, port: 443, servername, agent, headers: { Host: servername } };
    const call = request({ ...own, path: "/page" }, (response) => {
      response.resume();
      resolve([response.statusCode, response.headers["strict-transport-security"]]);
    });
    call.on("error", reject);
    call.end();
  });
}

const hsts = "max-age=63072000";

/** Checks of a stack with a certificate for www.secured.test and secured.test, which trusts 127.10.0.0/16. */
export const securedChecks: Check[] = [
  {
    title: "HTTP is redirected to the canonical name with HTTPS in one step, and keeps the method",
    run: async () => {
      const to = `https://${name}/a?b=1`;
      assert.deepEqual(await answer(visitor, "/a?b=1"), [301, to]);
      assert.deepEqual(await answer(visitor, "/a?b=1", {}, "POST"), [308, to]);
      assert.deepEqual(await answer(visitor, "/a?b=1", { Host: "secured.test:80" }), [301, to]);
      assert.deepEqual(await answer(visitor, "/page", { Host: "other.test" }), [200, undefined]);
    },
  },
  {
    title: "a visitor who says himself that he came by HTTPS is redirected all the same",
    run: async () => {
      const [status] = await answer(visitor, "/page", { "X-Forwarded-Proto": "https" });
      assert.equal(status, 301);
    },
  },
  {
    title: "a visitor who came to a trusted proxy by HTTPS is not redirected for ever",
    run: async () => {
      const https = { "X-Forwarded-Proto": "https" };
      assert.deepEqual(await answer(proxy, "/page", https), [200, hsts]);
      const to = `https://${name}/page`;
      assert.deepEqual(await answer(proxy, "/page", { "X-Forwarded-Proto": "http" }), [301, to]);
      assert.deepEqual(await answer(proxy, "/page"), [301, to]);
      const other = { ...https, Host: "secured.test" };
      assert.deepEqual(await answer(proxy, "/page", other), [301, to]);
    },
  },
  {
    title: "an answer over TLS tells browsers to come by HTTPS alone",
    run: async () => assert.deepEqual(await hstsOf(name), [200, hsts]),
  },
  ...leavingChecks(name),
];
