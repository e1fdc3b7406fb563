import { readFileSync, writeFileSync } from "node:fs";
import { probe, initialHealth, nextHealth, type Health, isSteppingDown } from "./prober/health";
import { monotonicMs } from "./time/monotonic";

/** Health check URL on HAProxy's public listener, which HAProxy answers itself and only for this host. */
const url = "http://127.0.0.1:80/-/edge";
/** Interval of requests, and their timeout, milliseconds. */
const intervalMs = 200;
/** File that keepalived tracks. */
const file = "/run/webstack/edge-health";
/** File with which an operator makes this node step down as master. */
const stepDownFile = "/run/webstack/step-down";

/** True while an operator wants this node to step down. */
function isToStepDown(): boolean {
  try {
    return isSteppingDown(readFileSync(stepDownFile, "utf8"), monotonicMs());
  } catch {
    return false;
  }
}

/** Content of the health file; undefined before the first run after a boot. */
function published(): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function publish({ good }: Health): void {
  const value = good && !isToStepDown() ? "0\n" : "1\n";
  if (published() !== value) writeFileSync(file, value);
}

async function main(): Promise<void> {
  let health = initialHealth(published());
  publish(health);
  for (;;) {
    const begun = monotonicMs();
    const next = nextHealth(health, await probe(url, intervalMs));
    if (next.good !== health.good) {
      const level = next.good ? "<5>" : "<4>";
      console.log(`${level}HAProxy ${next.good ? "answers again" : "does not answer"}`);
    }
    health = next;
    publish(health);
    const left = intervalMs - (monotonicMs() - begun);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }
}

void main();
