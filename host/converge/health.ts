import { get, type IncomingMessage } from "node:http";
import { monotonicMs } from "../time/monotonic";
import type { BundleService } from "./bundle";
import { pause, run, reportStep } from "./run";
import { journalTail, unitStates } from "./systemd";

type Health = NonNullable<BundleService["health"]>;

/** Why a service is not healthy. */
interface Problem {
  text: string;
  /** Seconds of the `Retry-After` header of a 503 answer, if the service makes progress; else 0. */
  patience: number;
}

/** Longest accepted `Retry-After`, seconds. */
const maxPatience = 600;
/** Pause between two progress lines, milliseconds. */
const tellMs = 10_000;

/**
 * Waits until a service is healthy. The deadline moves while the service answers 503 with `Retry-After`,
 * as during a clone of much data.
 *
 * @throws Error with the last answer and the end of the unit's journal after the deadline.
 */
export async function waitHealthy({ unit, health }: BundleService): Promise<void> {
  if (!health) return;
  const started = monotonicMs();
  let end = started + health.timeoutSeconds * 1000;
  let loggedAt = started;
  for (let tries = 0; ; tries++) {
    const problem = await unhealthy(health);
    if (problem === undefined) {
      if (tries > 0) reportStep("healthy", unit);
      return;
    }
    const now = monotonicMs();
    end = Math.max(end, now + problem.patience * 1000);
    if (now >= end) {
      const seconds = Math.round((now - started) / 1000);
      const wait = `${unit} is not healthy after ${seconds} s: ${problem.text}`;
      throw new Error(`${wait}\n${await journalTail(unit)}`);
    }
    if (now - loggedAt >= tellMs) {
      reportStep("wait for", `${unit}: ${problem.text}`);
      loggedAt = now;
    }
    await pause(Math.min(100 + tries * 20, 500));
  }
}

async function unhealthy({ command, http, socket }: Health): Promise<Problem | undefined> {
  if (!command) return refusal(http ?? "", socket);
  const { status, stdout, stderr } = await run(command, 10);
  if (status === 0) return undefined;
  return { text: `${command.join(" ")}: ${stdout}${stderr}`.trim(), patience: 0 };
}

/** Problem in a URL's answer, sent over a Unix socket if one is named; undefined for status 200. */
function refusal(url: string, socketPath?: string): Promise<Problem | undefined> {
  return new Promise((resolve) => {
    const failed = ({ message }: Error) => resolve({ text: `${url}: ${message}`, patience: 0 });
    const request = get(url, { socketPath, timeout: 3_000, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString().slice(0, 500)));
      response.on("error", failed);
      response.on("end", () => {
        const { statusCode } = response;
        if (statusCode === 200) return resolve(undefined);
        const text = `${url} answered ${statusCode} ${body.trim()}`;
        resolve({ text, patience: patienceOf(response) });
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 3 s")));
    request.on("error", failed);
  });
}

function patienceOf({ statusCode, headers }: IncomingMessage): number {
  const retryAfterSeconds = statusCode === 503 ? Number(headers["retry-after"] ?? 0) : 0;
  return Number.isFinite(retryAfterSeconds)
    ? Math.min(Math.max(retryAfterSeconds, 0), maxPatience)
    : 0;
}

/** Time between two checks of the services, milliseconds. */
const checkMs = 1_000;

/**
 * Watches the services of a release that has not run on this host before, after they were healthy: a
 * program may end at its first real request, or when it has used up its memory.
 *
 * @throws Error naming the unit that ended or is not healthy any more, with the end of its journal.
 */
export async function watchTrial(services: readonly BundleService[]): Promise<void> {
  const tried = services.filter(({ trialSeconds = 0 }) => trialSeconds > 0);
  const seconds = Math.max(0, ...tried.map(({ trialSeconds = 0 }) => trialSeconds));
  if (seconds === 0) return;
  const units = tried.map(({ unit }) => unit);
  const first = await unitStates(units);
  const begunMs = monotonicMs();
  reportStep("watch", `the new release for ${seconds} s`);
  while (monotonicMs() - begunMs < seconds * 1_000) {
    await pause(checkMs);
    const now = await unitStates(units);
    const hasEnded = (unit: string) => {
      const { run, active } = now.get(unit)!;
      return run !== first.get(unit)!.run || active !== first.get(unit)!.active;
    };
    const ended = units.find(hasEnded);
    if (ended === undefined) continue;
    const after = Math.round((monotonicMs() - begunMs) / 1_000);
    throw new Error(
      `${ended} was healthy and ended within ${after} s; a new release must run for ${seconds} s\n${await journalTail(ended)}`,
    );
  }
  for (const service of tried) await waitHealthy(service);
}
