import type { Services } from "../../src/http/context";
import { StaticFiles } from "../../src/http/static-files";
import { Lifecycle } from "../../src/lifecycle";
import type { Passwords } from "../../src/passwords";
import { Signer } from "../../src/signing";
import { FakeClock } from "./fake-clock";
import { MemoryStore } from "./memory-store";

/** Passwords that cost no time. */
const plainPasswords: Passwords = {
  hash: async (password) => `hash of ${password}`,
  matches: async (password, hash) => hash === `hash of ${password}`,
};

/** One line of the log. */
export type LogLine = [level: string, event: string, fields: Record<string, unknown> | undefined];

/** Services in memory; a test overrides only what it is about. */
export function fakeServices(overrides: Partial<Services> = {}) {
  const store = new MemoryStore();
  const clock = new FakeClock();
  const lines: LogLine[] = [];
  let keys = 0;
  const services: Services = {
    store,
    clock,
    passwords: plainPasswords,
    signer: new Signer(["0123456789abcdef0123456789abcdef"]),
    lifecycle: new Lifecycle(),
    files: new StaticFiles({
      "/assets/app-0123456789.css": new Uint8Array([65, 66]),
      "/assets/app-0123456789.css.gz": new Uint8Array([31, 139]),
      "/favicon.svg": new Uint8Array([67]),
    }),
    log: (...line) => void lines.push(line as LogLine),
    newKey: () => `generated-key-${++keys}`,
    nodeName: "app-1",
    processName: "4711",
    ...overrides,
  };
  return { services, store, clock, lines };
}
