import { createHash } from "node:crypto";
import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync } from "node:fs";
import { readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { log } from "../log";

const usualFolder = "/var/lib/webstack-supervisor";
/** Size of a slot, bytes: one block of the usual file systems. */
const slotBytes = 4_096;
/** Ends of the names of a record's slots; the first record is written to the second one. */
const slots = ["json", "spare"] as const;

/** A record could not be written, or must not be because what is there cannot be read. */
export class DurableError extends Error {}

/** What is kept under a name. */
export type Found<T> =
  | { kind: "absent" }
  /** There is something, or there may be, and nobody knows what. */
  | { kind: "unreadable"; reason: string }
  | { kind: "found"; value: T };

/** What one slot holds; `torn`: neither nothing nor a whole record. */
type Content = "blank" | "torn" | { sequence: number; text: string };

function checksum(sequence: number, text: string): string {
  return createHash("sha256").update(`${sequence} ${text}`).digest("hex");
}

/** True for an error that says that there is no such file. */
function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function withFile<T>(path: string, flags: number, use: (file: number) => T): T {
  const file = openSync(path, flags, 0o600);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** @throws Error if there is a slot that cannot be read. */
function readSlot(path: string): Content {
  const bytes = Buffer.alloc(slotBytes, " ");
  try {
    withFile(path, constants.O_RDONLY, (file) => readSync(file, bytes, 0, slotBytes, 0));
  } catch (error) {
    if (isAbsent(error)) return "blank";
    throw error;
  }
  const line = bytes.toString("utf8").replaceAll("\0", " ").trim();
  if (line === "") return "blank";
  const [, number, sum, text = ""] = /^(\d+) ([0-9a-f]{64}) (.*)$/s.exec(line) ?? [];
  const sequence = Number(number);
  if (sum !== undefined) return sum === checksum(sequence, text) ? { sequence, text } : "torn";
  // A supervisor of before kept JSON alone.
  return isJson(line) ? { sequence: 0, text: line } : "torn";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Overwrites a slot as a whole; returns once the disk has it. */
function writeSlot(path: string, line: string): void {
  const bytes = Buffer.alloc(slotBytes, " ");
  bytes.write(line);
  withFile(path, constants.O_WRONLY | constants.O_CREAT, (file) => {
    if (writeSync(file, bytes, 0, slotBytes, 0) !== slotBytes) throw new Error("half a write");
    fsyncSync(file);
  });
}

/**
 * The whole record of the higher number, with its slot, if there is one. @throws Error if a slot cannot be
 * read, or if neither is whole and that is no first write that was cut off.
 */
function newest(folder: string, name: string) {
  const all = slots.map((slot) => ({ slot, content: readSlot(join(folder, `${name}.${slot}`)) }));
  const whole = all.flatMap(({ slot, content }) =>
    typeof content === "string" ? [] : [{ slot, ...content }],
  );
  if (whole.length === 0 && all[0]!.content === "torn") throw new Error("it is damaged");
  return whole.sort((a, b) => b.sequence - a.sequence)[0];
}

/**
 * Records that survive a loss of power, and that can be written on a full disk.
 *
 * Each record has two slots of 4 KiB, which take turns. A record overwrites the older slot in place,
 * with a number and a checksum, so a write that was cut off leaves the record before it. A slot that is
 * there once takes no further room: neither a full disk nor one without free inodes stops a write. A
 * new file that is renamed into place would need both, and a spare file that is deleted for it would
 * give the room to whoever writes first.
 */
export class DurableFolder {
  private readonly failing = new Set<string>();

  constructor(private readonly folder = usualFolder) {}

  /** Reads what was kept under that name. */
  find<T>(name: string): Found<T> {
    try {
      const last = newest(this.folder, name);
      return last ? { kind: "found", value: JSON.parse(last.text) as T } : { kind: "absent" };
    } catch (error) {
      return { kind: "unreadable", reason: `${name} cannot be read: ${(error as Error).message}` };
    }
  }

  /**
   * Puts a value on disk: when this returns, it survives a loss of power.
   *
   * @throws DurableError if the disk does not take it, if it is longer than 4 KiB, or if what is there
   * cannot be read and would be lost.
   */
  write(name: string, value: unknown): void {
    const text = JSON.stringify(value);
    try {
      const last = newest(this.folder, name);
      const sequence = (last?.sequence ?? 0) + 1;
      const line = `${sequence} ${checksum(sequence, text)} ${text}`;
      if (Buffer.byteLength(line) > slotBytes) throw new Error(`longer than ${slotBytes} bytes`);
      this.reserve([name]);
      const next = last?.slot === "spare" ? "json" : "spare";
      writeSlot(join(this.folder, `${name}.${next}`), line);
    } catch (error) {
      throw new DurableError(`${name} cannot be kept: ${(error as Error).message}`);
    }
  }

  /**
   * Renames what cannot be read, so that the name can be written again and somebody can look at it.
   *
   * @throws Error of the file system.
   */
  setAside(name: string): void {
    for (const slot of slots) {
      const path = join(this.folder, `${name}.${slot}`);
      if (isThere(path)) renameSync(path, `${path}.damaged`);
    }
    withFile(this.folder, constants.O_RDONLY, fsyncSync);
  }

  /**
   * Makes the slots that are missing, while there is room for them.
   *
   * @throws Error of the file system if there is none.
   */
  reserve(names: readonly string[]): void {
    mkdirSync(this.folder, { recursive: true });
    const paths = names.flatMap((name) =>
      slots.map((slot) => join(this.folder, `${name}.${slot}`)),
    );
    const missing = paths.filter((path) => !isThere(path));
    for (const path of missing) writeSlot(path, "");
    // A new file is in its folder only once the folder is on disk.
    if (missing.length > 0) withFile(this.folder, constants.O_RDONLY, fsyncSync);
  }

  /**
   * Puts a value on disk, and returns whether it is there; what is not must not be acted on. The first
   * of several failures is logged, and the end of them.
   */
  keep(name: string, value: unknown): boolean {
    try {
      this.write(name, value);
    } catch (error) {
      if (!this.failing.has(name)) log(3, (error as Error).message);
      this.failing.add(name);
      return false;
    }
    if (this.failing.delete(name)) log(5, `${name} can be kept again`);
    return true;
  }
}

function isThere(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_RDONLY));
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** The folder of the supervisor's state. */
export const usual = new DurableFolder();
