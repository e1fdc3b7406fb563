import type { ScanOrder } from "./result";
import { scan } from "./scan";

/** What the small program that reads standard input hands over. */
declare const order: ScanOrder;

scan(order).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error: NodeJS.ErrnoException) => {
    // The message may hold a piece of what was read.
    process.stderr.write(`the scan ended early: ${error.code ?? error.name}\n`);
    process.exitCode = 1;
  },
);
