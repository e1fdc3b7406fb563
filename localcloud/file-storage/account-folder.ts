import * as fs from "node:fs";
import { join, posix } from "node:path";
import { word } from "./packets";

/** Flags of an open request: read, write, append, create, truncate, exclusive. */
const flags = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

/** The files of an account, in a folder of this machine that no path leads out of. */
export class AccountFolder {
  constructor(private readonly root: string) {
    fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  }

  /** Path as the account sees it: absolute, without `..`. */
  seen(path: string): string {
    return posix.resolve("/", path);
  }

  /** Opens a file. @throws a system error. */
  open(path: string, wanted: number): number {
    const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND } = fs.constants;
    const writes = (wanted & flags.write) !== 0;
    const access = writes ? ((wanted & flags.read) !== 0 ? O_RDWR : O_WRONLY) : O_RDONLY;
    const more = [
      wanted & flags.create ? O_CREAT : 0,
      wanted & flags.exclusive ? O_EXCL : 0,
      wanted & flags.truncate ? O_TRUNC : 0,
      wanted & flags.append ? O_APPEND : 0,
    ];
    const real = this.real(path);
    if (fs.existsSync(real) && fs.statSync(real).isDirectory()) throw new Error("a folder");
    return fs.openSync(
      real,
      more.reduce((sum, one) => sum | one, access),
      0o600,
    );
  }

  stat(path: string): fs.Stats {
    return fs.statSync(this.real(path));
  }

  names(path: string): string[] {
    return [".", "..", ...fs.readdirSync(this.real(path))];
  }

  mkdir(path: string): void {
    fs.mkdirSync(this.real(path), { mode: 0o700 });
  }

  rmdir(path: string): void {
    fs.rmdirSync(this.real(path));
  }

  remove(path: string): void {
    fs.unlinkSync(this.real(path));
  }

  /** A second name for a file. @throws a system error if the name is taken. */
  link(from: string, to: string): void {
    fs.linkSync(this.real(from), this.real(to));
  }

  /** Another name for a file; as OpenSSH does it, a taken name is refused. */
  rename(from: string, to: string): void {
    this.link(from, to);
    this.remove(from);
  }

  /** OpenSSH's `posix-rename`, which replaces a file. */
  replace(from: string, to: string): void {
    fs.renameSync(this.real(from), this.real(to));
  }

  /** Changes bytes in the middle of a file without a word. @throws Error if there is none. */
  corrupt(path: string): void {
    const real = this.real(path);
    const content = fs.readFileSync(real);
    const at = Math.floor(content.length / 2);
    for (let i = at; i < Math.min(at + 4, content.length); i += 1) content[i]! ^= 0xff;
    fs.writeFileSync(real, content);
  }

  /** Bytes of all files. */
  get bytes(): number {
    return fs
      .readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + fs.statSync(join(parentPath, name)).size, 0);
  }

  private real(path: string): string {
    return join(this.root, this.seen(path));
  }
}

/** Metadata in the form of SFTP: size, owner, mode, times. */
export function attributes({ size, uid, gid, mode, atimeMs, mtimeMs }: fs.Stats): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size));
  const times = [atimeMs, mtimeMs].map((ms) => Math.floor(ms / 1_000));
  return Buffer.concat([word(0x0f), bytes, ...[uid, gid, mode, ...times].map(word)]);
}
