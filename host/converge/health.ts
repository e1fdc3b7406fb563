import { get } from "node:http";
import type { BundleService } from "./bundle";
import { pause, run, say } from "./run";
import { journalTail } from "./systemd";

type Health = NonNullable<BundleService["health"]>;

/**
 * Waits until a service does its work.
 *
 * @throws Error with the last answer and the end of the unit's journal after the deadline.
 */
export async function waitHealthy({ unit, health }: BundleService): Promise<void> {
  if (!health) return;
  const end = Date.now() + health.timeoutSeconds * 1000;
  for (let tries = 0; ; tries++) {
    const problem = await unhealthy(health);
    if (problem === undefined) {
      if (tries > 0) say("healthy", unit);
      return;
    }
    if (Date.now() >= end) {
      const wait = `${unit} is not healthy after ${health.timeoutSeconds} s: ${problem}`;
      throw new Error(`${wait}\n${await journalTail(unit)}`);
    }
    await pause(Math.min(100 + tries * 20, 500));
  }
}

async function unhealthy({ command, http }: Health): Promise<string | undefined> {
  if (!command) return refusal(http ?? "");
  const { status, stdout, stderr } = await run(command, 10);
  return status === 0 ? undefined : `${command.join(" ")}: ${stdout}${stderr}`.trim();
}

/** What a URL answers if it is not 200. */
function refusal(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 3_000, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString().slice(0, 500)));
      response.on("error", (error) => resolve(`${url}: ${error.message}`));
      response.on("end", () => {
        const { statusCode } = response;
        resolve(statusCode === 200 ? undefined : `${url} answered ${statusCode} ${body.trim()}`);
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 3 s")));
    request.on("error", (error) => resolve(`${url}: ${error.message}`));
  });
}
