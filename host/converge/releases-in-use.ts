import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Names of the directories below `folder` that running processes use: those of their working directories, and those
 * that their search paths name, which `start-in-release.sh` pins. A process that ends while it is read uses none.
 *
 * @param folder such as `/srv/app/releases` or `/srv/runtime`.
 * @param proc the kernel's list of processes.
 */
export function namesInUse(folder: string, proc = "/proc"): Set<string> {
  const found = new Set<string>();
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    const variables = textOf(() => readFileSync(`${proc}/${pid}/environ`, "utf8")).split("\0");
    const paths = variables.flatMap((one) => /^(?:PATH|PYTHONPATH)=(.*)$/s.exec(one)?.[1] ?? []);
    const places = paths.flatMap((path) => path.split(":"));
    for (const place of [textOf(() => readlinkSync(`${proc}/${pid}/cwd`)), ...places]) {
      if (place.startsWith(`${folder}/`)) found.add(place.slice(folder.length + 1).split("/")[0]!);
    }
  }
  return found;
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
