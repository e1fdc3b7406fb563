import { posix } from "node:path";
import { StoreError } from "./object-store";
import { type FileAttributes, openFlag, packetType, statusCode } from "./sftp-packets";
import { type SftpSession, SftpStatus } from "./sftp-session";

/** Size of one read or write, bytes: every server must accept it (draft 02, section 3). */
export const blockBytes = 32_768;
/** Requests for blocks that are under way at the same time. */
export const maxBlocks = 64;
/** Requests for names that are under way at the same time. */
const maxPages = 8;

const hardlink = "hardlink@openssh.com";
const fsync = "fsync@openssh.com";

/** Work, with undefined in place of the status "no such file". */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof SftpStatus && error.code === statusCode.noSuchFile) return undefined;
    throw error;
  });
}

/** Metadata of a file or folder; undefined: it does not exist. */
export async function attributesOf(
  session: SftpSession,
  path: string,
): Promise<FileAttributes | undefined> {
  return (await ifThere(session.request(packetType.stat, path)))?.attributes();
}

/**
 * Writes a new file, and has the server write it to its disk if it can.
 *
 * @throws SftpStatus if the server refuses, as with a full disk; StoreError if the file has another size.
 */
export async function writeNew(session: SftpSession, path: string, content: Buffer): Promise<void> {
  const flags = openFlag.write | openFlag.create | openFlag.exclusive;
  // Attributes: mode 0600.
  const opened = await session.request(packetType.open, path, flags, 4, 0o600);
  const handle = Buffer.from(opened.data());
  const under: Promise<unknown>[] = [];
  for (let at = 0; at < content.length; at += blockBytes) {
    if (under.length >= maxBlocks) await under.shift();
    const block = content.subarray(at, at + blockBytes);
    const written = session.request(packetType.write, handle, BigInt(at), block);
    written.catch(() => undefined);
    under.push(written);
  }
  await Promise.all(under);
  if (session.extensions.has(fsync)) await session.request(packetType.extended, fsync, handle);
  await session.request(packetType.close, handle);
  const found = await attributesOf(session, path);
  if (found?.bytes === content.length) return;
  throw new StoreError(`${found?.bytes ?? "no"} bytes were stored of ${content.length}`);
}

/**
 * Gives a file its final name if that name is free, atomically. By a hard link, which never replaces a
 * file; else by the rename of SFTP version 3, which "fails if newpath exists" (draft 02, section 6.5).
 * OpenSSH's `posix-rename` replaces files, so it is not used.
 *
 * @returns false if the name is taken.
 */
export async function publish(session: SftpSession, from: string, to: string): Promise<boolean> {
  try {
    if (session.extensions.has(hardlink)) {
      await session.request(packetType.extended, hardlink, from, to);
    } else await session.request(packetType.rename, from, to);
    return true;
  } catch (error) {
    // Version 3 has no status for a taken name: OpenSSH answers with the general failure.
    if (error instanceof SftpStatus && (await attributesOf(session, to))) return false;
    throw error;
  }
}

/** Creates a folder with those above it, unless it exists. */
export async function makeFolder(session: SftpSession, path: string): Promise<void> {
  if (path === "." || path === "/" || (await attributesOf(session, path))) return;
  await makeFolder(session, posix.dirname(path));
  try {
    await session.request(packetType.mkdir, path, 0);
  } catch (error) {
    // Another node may have been faster.
    if (!(await attributesOf(session, path))) throw error;
  }
}

/** Removes a file; one that does not exist is no error. */
export async function removeFile(session: SftpSession, path: string): Promise<void> {
  await ifThere(session.request(packetType.remove, path));
}

/** A name in a folder. */
export interface Entry extends FileAttributes {
  name: string;
}

/** Names in a folder except those that begin with a dot; none if it does not exist. */
export async function entriesOf(session: SftpSession, path: string): Promise<Entry[]> {
  const opened = await ifThere(session.request(packetType.opendir, path));
  if (!opened) return [];
  const handle = Buffer.from(opened.data());
  const found: Entry[] = [];
  for (let pages = 1; ; pages = maxPages) {
    const read = Array.from({ length: pages }, () => pageOf(session, handle));
    const answers = await Promise.all(read);
    found.push(...answers.flatMap((entries) => entries ?? []));
    if (answers.includes(undefined)) break;
  }
  await session.request(packetType.close, handle);
  return found.filter(({ name }) => !name.startsWith("."));
}

/** The next names of a folder; undefined: there are no more. */
async function pageOf(session: SftpSession, handle: Buffer): Promise<Entry[] | undefined> {
  const answer = await session.request(packetType.readdir, handle).catch((error: unknown) => {
    if (error instanceof SftpStatus && error.code === statusCode.eof) return undefined;
    throw error;
  });
  if (!answer) return undefined;
  return Array.from({ length: answer.number() }, () => {
    const name = answer.text();
    // The line that `ls -l` would show.
    answer.data();
    return { name, ...answer.attributes() };
  });
}
