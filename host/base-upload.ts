import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { copyFolder, type CopyInfo, dumpFiles } from "./archiver/base/copy-folder";
import { type BaseTarget, reportFailure, uploadBase, uploadDump } from "./archiver/base/upload";
import { EncryptionPipe } from "./archiver/encryption-pipe";
import { readSettings, targetStore } from "./archiver/settings";
import { log } from "./supervisor/log";

const folder = process.env.WEBSTACK_BASE_FOLDER ?? copyFolder;

/** Packs, compresses, encrypts and uploads the copy that `base-copy` made, and uploads the dump beside it. */
async function main(): Promise<void> {
  const settings = readSettings(process.env.WEBSTACK_ARCHIVER_SETTINGS);
  const { node, root, publicKey } = settings;
  const store = targetStore(settings);
  const info = JSON.parse(readFileSync(join(folder, "info.json"), "utf8")) as CopyInfo;
  const id = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  // A restored server generates its own identity.
  const left = ["--exclude=./auto.cnf", "--exclude=./*.pem"];
  const tar = spawn("/usr/bin/tar", ["-C", join(folder, "data"), ...left, "-c", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(tar, "close") as Promise<[number | null]>;
  const seal = new EncryptionPipe(publicKey);
  const packed = pipeline(tar.stdout, seal.input);
  packed.catch(() => seal.abandon());
  const target = { store, root, node, id, info };
  const base = await uploadBase(whole(), target);
  log(5, `base ${base.id} is uploaded: ${base.bytes} bytes in ${base.parts.length} objects`);
  await dumpBeside(target);

  /** Yields the encrypted stream; throws at its end if a program of the pipe failed. */
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* seal.output as AsyncIterable<Uint8Array>;
    await packed;
    await seal.closed();
    const [status] = await closed;
    if (status !== 0) throw new Error(`tar exited with status ${status}`);
  }
}

/** Uploads the dump of the same copy, or the reason why there is none. */
async function dumpBeside(target: BaseTarget): Promise<void> {
  const { dump } = target.info;
  if (!dump) return;
  if ("failure" in dump) return reportFailure(dump.failure, target);
  const [rows, accounts] = [dumpFiles.rows, dumpFiles.accounts].map((name) =>
    createReadStream(join(folder, name)),
  );
  const info = { ...target.info, plainBytes: dump.plainBytes };
  const { id, bytes, parts } = await uploadDump(
    { rows: rows!, accounts: accounts! },
    { ...target, info },
  );
  log(5, `dump ${id} is uploaded: ${bytes} bytes in ${parts.length} objects`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    log(3, `the upload of a base failed: ${error.message}`);
    process.exit(1);
  },
);
