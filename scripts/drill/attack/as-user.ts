import { attacked, type Tries } from "./attacks";

/** Order from the program that reads standard input. */
declare const order: Tries;

attacked(order).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
