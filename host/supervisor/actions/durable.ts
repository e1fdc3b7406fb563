import { createHash } from "node:crypto";
import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync } from "node:fs";
import { readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { log } from "../log";

const usualFolder = "/var/lib/webstack-supervisor";
/** Size of a slot, bytes: one block of common file systems. */
const slotBytes = 4_096;
/** File extensions of a record's two slots. The first write goes to the second slot. */
const slots = ["json", "spare"] as const;

/** A record was not written: the disk refused, or the record on disk is unreadable and would be overwritten. */
export class DurableError extends Error {}

/** Result of reading a record. */
export type Found<T> =
  | { kind: "absent" }
  /** A record exists or may exist, but its content cannot be read. */
  | { kind: "unreadable"; reason: string }
  | { kind: "found"; value: T };

/** Content of one slot. `torn`: neither empty nor a complete record. */
type Content = "blank" | "torn" | { sequence: number; text: string };

function checksum(sequence: number, text: string): string {
  return createHash("sha256").update(`${sequence} ${text}`).digest("hex");
}

/** True for the error that a file does not exist. */
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

/** Reads a slot. @throws Error if the slot exists and cannot be read. */
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
  // Earlier supervisors wrote plain JSON without number and checksum.
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

/** Overwrites a whole slot; returns once the slot is on disk. */
function writeSlot(path: string, line: string): void {
  const bytes = Buffer.alloc(slotBytes, " ");
  bytes.write(line);
  withFile(path, constants.O_WRONLY | constants.O_CREAT, (file) => {
    if (writeSync(file, bytes, 0, slotBytes, 0) !== slotBytes) throw new Error("short write");
    fsyncSync(file);
  });
}

/**
 * The complete record with the highest number and its slot; undefined if there is none. @throws Error if a
 * slot cannot be read, or if no slot is complete and the cause is not an interrupted first write.
 */
function newest(folder: string, name: string) {
  const all = slots.map((slot) => ({ slot, content: readSlot(join(folder, `${name}.${slot}`)) }));
  const whole = all.flatMap(({ slot, content }) =>
    typeof content === "string" ? [] : [{ slot, ...content }],
  );
  if (whole.length === 0 && all[0]!.content === "torn") throw new Error("both slots are damaged");
  return whole.sort((a, b) => b.sequence - a.sequence)[0];
}

/**
 * Records that survive a power failure and can be written on a full disk.
 *
 * Each record has two slots of 4 KiB, written in turn. A write overwrites the older slot in place, with a
 * number and a checksum, so an interrupted write leaves the previous record intact. An existing slot needs
 * no further disk space: neither a full disk nor a lack of free inodes stops a write. Writing a new file
 * and renaming it would need both. Deleting a reserved file first would give its space to whichever
 * process writes next.
 */
export class DurableFolder {
  private readonly failing = new Set<string>();

  constructor(private readonly folder = usualFolder) {}

  /** Reads the record of that name. */
  find<T>(name: string): Found<T> {
    try {
      const last = newest(this.folder, name);
      return last ? { kind: "found", value: JSON.parse(last.text) as T } : { kind: "absent" };
    } catch (error) {
      return { kind: "unreadable", reason: `${name} cannot be read: ${(error as Error).message}` };
    }
  }

  /**
   * Writes a record; when this returns, the record survives a power failure.
   *
   * @throws DurableError if the disk refuses the write, if the record is longer than 4 KiB, or if the
   * record on disk is unreadable and would be overwritten.
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
      throw new DurableError(`${name} cannot be written: ${(error as Error).message}`);
    }
  }

  /**
   * Renames an unreadable record to `*.damaged`, so that the name can be written again and an operator can
   * inspect it.
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
   * Creates missing slots while the disk has space.
   *
   * @throws Error of the file system if it has none.
   */
  reserve(names: readonly string[]): void {
    mkdirSync(this.folder, { recursive: true });
    const paths = names.flatMap((name) =>
      slots.map((slot) => join(this.folder, `${name}.${slot}`)),
    );
    const missing = paths.filter((path) => !isThere(path));
    for (const path of missing) writeSlot(path, "");
    // A new file survives a power failure only once its directory is on disk too.
    if (missing.length > 0) withFile(this.folder, constants.O_RDONLY, fsyncSync);
  }

  /**
   * Writes a record; returns false if the write failed, in which case the caller must not act on the
   * value. Logs the first of several failures in a row and the recovery.
   */
  tryWrite(name: string, value: unknown): boolean {
    try {
      this.write(name, value);
    } catch (error) {
      if (!this.failing.has(name)) log(3, (error as Error).message);
      this.failing.add(name);
      return false;
    }
    if (this.failing.delete(name)) log(5, `${name} can be written again`);
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

/** The supervisor's state directory. */
export const stateFolder = new DurableFolder();
