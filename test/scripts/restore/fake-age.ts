import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Opens what begins with `sealed `, for the identity `/identity` alone. */
const age = `#!/bin/bash
[ "$*" = "-d -i /identity" ] || { echo "age: error: $*" >&2; exit 1; }
[ "$(head -c 7)" = "sealed " ] || { echo "age: error: no identity matched any of the recipients" >&2; exit 1; }
exec cat
`;

/** Puts programs in place of age and zstd into a folder; returns the words before a command that finds them. */
export function fakeAge(folder: string): string[] {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, text] of Object.entries({ age, zstd: "#!/bin/sh\nexec cat\n" })) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  return ["env", `PATH=${bin}:${process.env.PATH}`];
}
