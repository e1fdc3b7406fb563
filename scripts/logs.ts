import { setMaxListeners } from "node:events";
import { chosenStack } from "./operate/chosen-stack";
import { outputsOf } from "./operate/operated-stack";
import { journalsOf, parseCommandLine } from "./logs/command-line";
import { type Entry, entryIn, entryLines, Merge } from "./logs/entries";
import { journalCommand, readJournal } from "./logs/read-journal";

/** Longest wait for entries of other nodes, milliseconds. */
const patienceMs = 400;
/** Longest wait for the first entries of other nodes, milliseconds. */
const firstMs = 3_000;

/**
 * `npm run logs -- <tier|node|app> [-f] [--since ...] [-n N] [--stack S]`: journals of nodes as one, each line
 * with its node.
 */
async function main(): Promise<void> {
  const order = parseCommandLine(process.argv.slice(2));
  const outputs = outputsOf(chosenStack(order.stack));
  const journals = journalsOf(outputs, order.words);
  const width = Math.max(...journals.map(({ node }) => node.name.length));
  const merge = new Merge((entry: Entry) => {
    for (const line of entryLines(entry, width)) console.log(line);
  });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  process.on("SIGINT", () => stop.abort());
  process.on("SIGTERM", () => stop.abort());
  // The reader of a pipe, such as `head`, may close it early.
  process.stdout.on("error", () => stop.abort());
  const begun = Date.now();
  const timer = order.follow
    ? setInterval(() => {
        if (Date.now() - begun >= firstMs) merge.flush(Date.now() - patienceMs);
      }, patienceMs / 2)
    : undefined;
  const reading = journals.map(async (journal) => {
    const { name } = journal.node;
    const onLine = (line: string) => {
      const entry = entryIn(name, line);
      if (entry) merge.add(entry, Date.now());
    };
    const command = journalCommand(journal, order);
    try {
      await readJournal(outputs, name, command, { onLine, signal: stop.signal });
    } catch (error) {
      console.error(`${name} is not read: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  });
  await Promise.all(reading);
  clearInterval(timer);
  merge.flush();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
