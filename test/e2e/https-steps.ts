import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { TLSSocket } from "node:tls";
import { join } from "node:path";
import { waitUntil } from "../../rolling/wait-until";
import { npmEnded } from "../../scripts/local/processes";
import { readOutputs } from "../../scripts/operate/outputs";
import { localPaths } from "../../scripts/local/paths";
import { withSettings } from "./edited-stack";
import { npmRun } from "./npm-run";
import type { Step } from "./story";

const domains = ["www.example.test", "example.test"];
const [canonicalDomain = "", other = ""] = domains;
/** Longest `up:local` of these steps, seconds: the first one may install the authority. */
const upSeconds = 400;
/** Longest time until each load balancer has both certificates, seconds. */
const certifiedSeconds = 180;
/** Longest planned switch, seconds. */
const switchSeconds = 60;

interface Answer {
  status: number;
  location: string | undefined;
  headers: Record<string, unknown>;
  /** SHA-256 of the certificate; undefined over HTTP. */
  certificate: string | undefined;
}

/** Asks the site over a connection of its own; over HTTPS the certificate must fit name and authority. */
function ask(url: string): Promise<Answer> {
  const { protocol, hostname, pathname, search } = new URL(url);
  const isSecure = protocol === "https:";
  const options = {
    ...{
      host: readOutputs().floatingIp.ipv4,
      path: pathname + search,
      headers: { host: hostname },
    },
    ...{ agent: false as const, timeout: 5_000, servername: hostname },
    ...(isSecure ? { ca: readFileSync(join(localPaths.authority, "root.pem"), "utf8") } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = (isSecure ? https : http).get(options, (response) => {
      const { statusCode: status = 0, headers, socket } = response;
      const certificate =
        socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined;
      const { location } = headers;
      response.resume().on("end", () => resolve({ status, location, headers, certificate }));
    });
    request.on("timeout", () => request.destroy(new Error(`no answer of ${url}`)));
    request.on("error", reject);
  });
}

/** Waits until both load balancers have a certificate for each name. */
async function certified(): Promise<void> {
  const all = async () => {
    const { output } = await npmEnded("edge:status");
    const lines = output.split("\n").filter((line) => line.includes("example.test"));
    if (lines.filter((line) => line.includes(" certificate of ")).length === 4) return true;
    throw new Error(lines.join("\n"));
  };
  await waitUntil("a certificate for each name on each load balancer", all, {
    ...{ timeoutSeconds: certifiedSeconds, intervalMs: 2_000 },
  });
}

const issued: Step = {
  title:
    "two names get certificates of the authority, and HTTP and the second name lead to the first",
  run: async () => {
    await withSettings({ domains, canonicalDomain }, async () => {
      await npmRun("up:local", [], upSeconds);
    });
    const begun = performance.now();
    await certified();
    console.log(`        certified ${((performance.now() - begun) / 1_000).toFixed(1)} s after up`);
    const page = await ask(`https://${canonicalDomain}/`);
    assert.equal(page.status, 200);
    assert.match(String(page.headers["strict-transport-security"]), /max-age=\d+/);
    const second = await ask(`https://${other}/a?b=c`);
    assert.deepEqual([second.status, second.location], [301, `https://${canonicalDomain}/a?b=c`]);
    const plain = await ask(`http://${canonicalDomain}/a`);
    assert.deepEqual([plain.status, plain.location], [301, `https://${canonicalDomain}/a`]);
  },
};

const sameAfterSwitch: Step = {
  title: "after a planned switch the other load balancer serves the same certificates",
  run: async () => {
    const before = await Promise.all(domains.map((name) => ask(`https://${name}/`)));
    await npmRun("edge:switch", [], switchSeconds);
    const after = await waitUntil(
      "an answer of the other load balancer",
      () => Promise.all(domains.map((name) => ask(`https://${name}/`))),
      { timeoutSeconds: 20, intervalMs: 500 },
    );
    const of = (answers: Answer[]) => answers.map(({ certificate }) => certificate);
    assert.deepEqual(of(after), of(before));
    assert.equal(new Set(of(after)).size, domains.length);
  },
};

const away: Step = {
  title: "without its names the site is served over HTTP again",
  run: async () => {
    await npmRun("up:local", [], upSeconds);
    assert.equal((await ask("http://anything.test/")).status, 200);
  },
};

/** Names of the running stack, with certificates, and their end. */
export const httpsSteps: readonly Step[] = [issued, sameAfterSwitch, away];
