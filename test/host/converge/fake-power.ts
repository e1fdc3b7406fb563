import type * as fs from "node:fs";

/** The power of a host: every change of its disk takes one step of it. */
export const power = {
  /** Changes that still happen. */
  steps: Infinity,
  /** Changes so far, such as `renameSync /etc/a.conf`. */
  done: [] as string[],
  /** What a change does instead, if it is to go wrong; it may throw. */
  fault: undefined as ((change: string) => void) | undefined,
};

/** Back to a host that works. */
export function powerOn(): void {
  Object.assign(power, { steps: Infinity, done: [], fault: undefined });
}

/** @throws Error once the power is off. */
export function step(change: string): void {
  if (power.steps <= 0) throw new Error("the power is off");
  power.steps--;
  power.fault?.(change);
  power.done.push(change);
}

const changes = [
  "chmodSync",
  "copyFileSync",
  "linkSync",
  "mkdirSync",
  "renameSync",
  "symlinkSync",
  "writeSync",
] as const;

/**
 * The file system with every change counted. Owners are not changed, since only root may; nothing
 * is synced, since the tests are not about the disk of this machine.
 */
export function powered(real: typeof fs): typeof fs {
  const names = new Map<number, string>();
  const counted = changes.map((name) => {
    const call = real[name] as (...args: unknown[]) => unknown;
    const watched = (...args: unknown[]) => {
      const target = /link|rename/.test(name) ? args[1] : args[0];
      step(`${name} ${typeof target === "number" ? names.get(target) : String(target)}`);
      return call(...args);
    };
    return [name, watched];
  });
  /** A directory goes file by file, as on a real disk. */
  const rmSync = (path: string, options?: { recursive?: boolean; force?: boolean }) => {
    if (options?.recursive && real.lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      for (const name of real.readdirSync(path)) rmSync(`${path}/${name}`, options);
    }
    step(`rmSync ${path}`);
    real.rmSync(path, options);
  };
  const openSync = (path: string, flags: string, mode?: number) => {
    if (flags !== "r") step(`openSync ${path}`);
    const descriptor = real.openSync(path, flags, mode);
    names.set(descriptor, path);
    return descriptor;
  };
  const fsyncSync = (descriptor: number) =>
    void power.done.push(`fsyncSync ${names.get(descriptor)}`);
  const chownSync = (path: string) => step(`chownSync ${path}`);
  return { ...real, ...Object.fromEntries(counted), rmSync, openSync, fsyncSync, chownSync };
}
