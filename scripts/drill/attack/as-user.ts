import { attacked, type Tries } from "./attacks";

/** What the small program that reads standard input hands over. */
declare const order: Tries;

attacked(order).then(
  (said) => process.stdout.write(JSON.stringify(said)),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
