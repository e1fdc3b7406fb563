import { readFile, sha256 } from "./files";
import { readManifest } from "./manifest";
import { currentRelease } from "./release";
import { unitStates } from "./systemd";

/** State of everything on the host that the last run manages. Secrets appear as digests only. */
export async function readHost() {
  const manifest = readManifest();
  const found = (paths: readonly string[]) => paths.map((path) => [path, readFile(path)] as const);
  const files = found(manifest.files);
  const secretFiles = found(manifest.secretFiles);
  const states = await unitStates(manifest.services.map(({ unit }) => unit));
  return {
    ok: true,
    files: Object.fromEntries(files.map(([path, file]) => [path, file?.content ?? null])),
    attributes: Object.fromEntries(
      [...files, ...secretFiles].flatMap(([path, file]) =>
        file ? [[path, `${file.owner}:${file.group} ${file.mode}`]] : [],
      ),
    ),
    secrets: Object.fromEntries(
      secretFiles.map(([path, file]) => [path, file ? sha256(file.content) : null]),
    ),
    services: Object.fromEntries([...states].map(([unit, { active }]) => [unit, active])),
    release: (manifest.releaseRoot && currentRelease(manifest.releaseRoot)) || null,
    pending: manifest.pending,
  };
}
