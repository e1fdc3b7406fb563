import { readFileSync } from "node:fs";
import type { BundleFile } from "../../../host/converge/bundle";

/** The name of a number in a database of users or groups. */
function nameOf(database: string, id: number): string {
  const lines = readFileSync(database, "utf8").split("\n");
  return lines.find((line) => Number(line.split(":")[2]) === id)!.split(":")[0]!;
}

/** A file that whoever runs the tests may write: its owner and group are their own. */
export function ownFile(different: Partial<BundleFile> = {}): BundleFile {
  return {
    content: "first\n",
    owner: nameOf("/etc/passwd", process.getuid!()),
    group: nameOf("/etc/group", process.getgid!()),
    mode: "0640",
    ...different,
  };
}
