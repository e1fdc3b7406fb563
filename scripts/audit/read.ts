/** Folder of the unit files that converge writes. */
const unitFolder = "/etc/systemd/system/";

/**
 * Services of a host's bundle, from converge's record: those that it runs, and those that a timer or a path
 * starts. Of a template, the instances that it runs.
 *
 * @throws SyntaxError if the record is not JSON; empty text is no record, and gives none.
 */
export function bundleUnits(manifest: string): string[] {
  if (manifest === "") return [];
  const { files, services } = JSON.parse(manifest) as {
    files: string[];
    services: { unit: string }[];
  };
  const own = files
    .filter((path) => path.startsWith(unitFolder))
    .map((path) => path.slice(unitFolder.length));
  const units = [...services.map(({ unit }) => unit), ...own];
  return [...new Set(units.filter((unit) => /^[^/]+(?<!@)\.service$/.test(unit)))].sort();
}

const fields = (text: string) => text.split("\n").map((line) => line.split(":"));

/** Users of a `passwd` file who get a shell when they log in. */
export function shellUsers(passwd: string): string[] {
  return fields(passwd)
    .filter(([name, , , , , , shell]) => name && shell && !/\/(nologin|false|sync)$/.test(shell))
    .map(([name]) => name!);
}

/** Users of a `shadow` file with a password that is not locked, or with an empty one. */
export function usersWithPassword(shadow: string): string[] {
  return fields(shadow)
    .filter(([name, hash]) => name && hash !== undefined && !/^[!*]/.test(hash))
    .map(([name]) => name!);
}

/** Lines of a `sudoers` file that grant something, without comments, defaults, aliases and includes. */
export function sudoLines(sudoers: string): string[] {
  return sudoers
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .filter((line) => line !== "" && !/^(#|@|Defaults|\w+_Alias\b)/.test(line));
}
