import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Architecture, Runtime } from "../config/runtime";

/** `e_machine` of an ELF file. Source: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines: Readonly<Record<Architecture, number>> = { x64: 62, arm64: 183 };

/**
 * Checks that a built app contains the files that its runtime names.
 *
 * @throws Error that names the setting if a directory or a program is missing, or if hosts cannot run the program.
 */
export function checkRuntime(
  directory: string,
  { python, executable }: Runtime,
  architecture: () => Architecture,
): void {
  if (python !== undefined) checkPackages(directory, python);
  if (executable !== undefined) checkExecutable(directory, executable, architecture());
}

function checkPackages(directory: string, python: string): void {
  if (statSync(join(directory, python), { throwIfNoEntry: false })?.isDirectory()) return;
  throw new Error(
    `webstack:app.runtime.python must be a directory of the app, got ${JSON.stringify(python)} that ${directory} has not; ` +
      "let app.build fill it: python3 -m pip install --requirement requirements.txt --target <app.path>/" +
      `${python}, or set . if there are no packages`,
  );
}

function checkExecutable(directory: string, executable: string, architecture: Architecture): void {
  const refuse = (found: string, fix: string) =>
    new Error(
      `webstack:app.runtime.executable must be a program of the app for Linux on ${architecture}, ` +
        `got ${JSON.stringify(executable)} that ${found}; ${fix}`,
    );
  const path = join(directory, executable);
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file?.isFile()) throw refuse(`is no file in ${directory}`, "let app.build put it there");
  if (!(file.mode & 0o100)) throw refuse("may not be run", `run: chmod +x ${path}`);
  const head = beginning(path);
  if (head.subarray(0, 2).toString("latin1") === "#!") return;
  if (head.length < 20 || head.readUInt32BE(0) !== 0x7f454c46) {
    throw refuse("begins neither as a program of Linux nor with #!", "build it for Linux");
  }
  const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  if (machine === machines[architecture]) return;
  const built = Object.entries(machines).find(([, number]) => number === machine)?.[0];
  throw refuse(
    `is built for ${built ?? `another processor (${machine})`}`,
    `build it for ${architecture}, or choose another app.serverType`,
  );
}

function beginning(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(20);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}
