import * as fs from "node:fs";
import { type AccountFolder, attributes } from "./account-folder";
import { type Body, packet, type Part, status, type } from "./packets";

/** Extensions of OpenSSH that are offered, each in version 1. */
const extensions = ["posix-rename@openssh.com", "hardlink@openssh.com", "fsync@openssh.com"];
/** Names in one answer, as OpenSSH has them. */
const pageNames = 100;
/** Most bytes of one read. */
const mostBytes = 256 * 1024;

/** A request that cannot be done, with its status. */
export class SftpError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** What a request works on, as faults name it: method in the words of the object storage, and path. */
export interface Touched {
  method: "GET" | "HEAD" | "PUT" | "DELETE";
  path: string;
}

interface Handle {
  path: string;
  writes: boolean;
  /** File descriptor; of a folder: undefined. */
  fd?: number;
  /** Names of a folder that were not told yet. */
  names?: string[];
}

/** Answers the requests of one session. */
export class Requests {
  private readonly handles = new Map<string, Handle>();
  private last = 0;

  /** @param before called before each request; throws to refuse it, returns true to never answer it. */
  constructor(
    private readonly folder: AccountFolder,
    private readonly before: (touched: Touched, kind: number) => Promise<boolean>,
  ) {}

  /** The first answer: version 3, with extensions. */
  static hello(): Buffer {
    return packet(type.version, 3, ...extensions.flatMap((name) => [name, "1"]));
  }

  /** The answer to a request; undefined: none. */
  async answer(kind: number, id: number, body: Body): Promise<Buffer | undefined> {
    try {
      return await this.done(kind, id, body);
    } catch (error) {
      const { code, message } = sftpError(error);
      return packet(type.status, id, code, message, "");
    }
  }

  close(): void {
    for (const { fd } of this.handles.values()) if (fd !== undefined) fs.closeSync(fd);
    this.handles.clear();
  }

  private async done(kind: number, id: number, body: Body): Promise<Buffer | undefined> {
    const ok = packet(type.status, id, status.ok, "Success", "");
    const about = async (method: Touched["method"], path: string) =>
      this.before({ method, path: this.folder.seen(path) }, kind);
    const { folder } = this;
    switch (kind) {
      case type.open: {
        const [path, wanted] = [body.text(), body.number()];
        const writes = (wanted & 2) !== 0;
        if (await about(writes ? "PUT" : "GET", path)) return undefined;
        return packet(type.handle, id, this.keep({ path, writes, fd: folder.open(path, wanted) }));
      }
      case type.opendir: {
        const path = body.text();
        if (await about("GET", path)) return undefined;
        return packet(
          type.handle,
          id,
          this.keep({ path, writes: false, names: folder.names(path) }),
        );
      }
      case type.close: {
        const [name, { fd }] = this.handle(body);
        if (fd !== undefined) fs.closeSync(fd);
        this.handles.delete(name);
        return ok;
      }
      case type.read: {
        const [, { path, fd }] = this.handle(body);
        if (await about("GET", path)) return undefined;
        const [from, bytes] = [body.long(), Math.min(body.number(), mostBytes)];
        const found = Buffer.alloc(bytes);
        const got = fs.readSync(fd!, found, 0, bytes, from);
        if (got === 0) throw new SftpError(status.eof, "End of file");
        return packet(type.data, id, found.subarray(0, got));
      }
      case type.write: {
        const [, { path, fd }] = this.handle(body);
        if (await about("PUT", path)) return undefined;
        const from = body.long();
        fs.writeSync(fd!, body.data(), null, undefined, from);
        return ok;
      }
      case type.readdir:
        return this.page(id, body);
      case type.fstat: {
        const [, { fd }] = this.handle(body);
        return packet(type.attrs, id, { raw: attributes(fs.fstatSync(fd!)) });
      }
      case type.stat:
      case type.lstat: {
        const path = body.text();
        if (await about("HEAD", path)) return undefined;
        return packet(type.attrs, id, { raw: attributes(folder.stat(path)) });
      }
      case type.realpath:
        return packet(type.name, id, 1, ...entry(folder.seen(body.text())), {
          raw: Buffer.alloc(4),
        });
      case type.setstat:
      case type.fsetstat:
        return ok;
      case type.mkdir:
      case type.rmdir:
      case type.remove: {
        const path = body.text();
        if (await about(kind === type.mkdir ? "PUT" : "DELETE", path)) return undefined;
        if (kind === type.mkdir) folder.mkdir(path);
        else if (kind === type.rmdir) folder.rmdir(path);
        else folder.remove(path);
        return ok;
      }
      case type.rename:
      case type.extended: {
        const name = kind === type.rename ? "rename" : body.text();
        if (name === "fsync@openssh.com") {
          fs.fsyncSync(this.handle(body)[1].fd!);
          return ok;
        }
        const [from, to] = [body.text(), body.text()];
        if (await about("PUT", to)) return undefined;
        if (name === "rename") folder.rename(from, to);
        else if (name === "posix-rename@openssh.com") folder.replace(from, to);
        else if (name === "hardlink@openssh.com") folder.link(from, to);
        else throw new SftpError(status.unsupported, `no extension ${name}`);
        return ok;
      }
    }
    throw new SftpError(status.unsupported, `request ${kind} is not emulated`);
  }

  private page(id: number, body: Body): Buffer {
    const [, { path, names = [] }] = this.handle(body);
    const page = names.splice(0, pageNames);
    if (page.length === 0) throw new SftpError(status.eof, "End of file");
    const entries = page.flatMap((name) => [
      ...entry(name),
      { raw: attributes(this.folder.stat(`${path}/${name}`)) },
    ]);
    return packet(type.name, id, page.length, ...entries);
  }

  private keep(handle: Handle): string {
    const name = String((this.last += 1));
    this.handles.set(name, handle);
    return name;
  }

  private handle(body: Body): [string, Handle] {
    const name = body.text();
    const found = this.handles.get(name);
    if (!found) throw new SftpError(status.failure, "no such handle");
    return [name, found];
  }
}

/** A name and the line that `ls -l` would show. */
function entry(name: string): Part[] {
  return [name, name];
}

function sftpError(error: unknown): SftpError {
  if (error instanceof SftpError) return error;
  if (error instanceof RangeError) return new SftpError(status.badMessage, "Bad message");
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return new SftpError(status.noSuchFile, "No such file");
  if (code === "EACCES" || code === "EPERM")
    return new SftpError(status.denied, "Permission denied");
  return new SftpError(status.failure, "Failure");
}
