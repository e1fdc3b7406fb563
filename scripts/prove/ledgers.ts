import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Ledger, ledgerShape } from "../../prove/ledger";
import { localStateDirectory, repositoryRoot } from "../local/paths";

/** Folder of the ledgers of real stacks; they are committed. */
const folder = join(repositoryRoot, "fidelity");

/** Where a stack's ledger is. The ledger of the local stack is not committed: it says nothing about a real stack. */
export function ledgerPath({ stack, isLocal }: Pick<Ledger, "stack" | "isLocal">): string {
  return isLocal ? join(localStateDirectory, "fidelity.json") : join(folder, `${stack}.json`);
}

/** Keeps a ledger; returns its path. */
export function saveLedger(ledger: Ledger): string {
  const path = ledgerPath(ledger);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(ledger, null, 2)}\n`);
  return path;
}

/** The committed ledgers, by name. @throws Error that names the file if one has another shape. */
export function committedLedgers(): Ledger[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => {
    const { data, error } = ledgerShape.safeParse(
      JSON.parse(readFileSync(join(folder, name), "utf8")),
    );
    if (data) return data;
    throw new Error(`fidelity/${name} must be a ledger of npm run prove: ${error.message}`);
  });
}
