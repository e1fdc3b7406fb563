import { execFileSync } from "node:child_process";
import { openSync, readSync, closeSync } from "node:fs";
import { isInstalled } from "./local/prerequisites";

/** Files in the checkout whose first line names a shell. */
function shellFiles(): string[] {
  const tracked = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" });
  return tracked.split("\0").filter((file) => file !== "" && isShell(file));
}

function isShell(file: string): boolean {
  const start = Buffer.alloc(64);
  try {
    const descriptor = openSync(file, "r");
    readSync(descriptor, start, 0, start.length, 0);
    closeSync(descriptor);
  } catch {
    return false;
  }
  return /^#!.*\b(ba|da)?sh\b/.test(start.toString("latin1").split("\n")[0] ?? "");
}

function main(): void {
  const files = shellFiles();
  if (files.length === 0) return;
  if (!isInstalled("shellcheck")) {
    console.error(
      "shellcheck is missing; install it, on Debian or Ubuntu with: sudo apt-get install shellcheck",
    );
    process.exitCode = 1;
    return;
  }
  execFileSync("shellcheck", files, { stdio: "inherit" });
  console.log(`shellcheck: ${files.length} files in order`);
}

main();
