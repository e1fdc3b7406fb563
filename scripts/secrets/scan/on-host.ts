import type { ScanOrder } from "./result";
import { scan } from "./scan";

/** Order from the program that reads standard input. */
declare const order: ScanOrder;

scan(order).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error: NodeJS.ErrnoException) => {
    // The message may contain a part of the input.
    process.stderr.write(`the scan ended early: ${error.code ?? error.name}\n`);
    process.exitCode = 1;
  },
);
