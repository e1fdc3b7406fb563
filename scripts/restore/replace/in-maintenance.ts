import { localStackName } from "../../local/paths";
import { endMaintenance, startMaintenance } from "../../operate/maintenance";
import { outputsOf } from "../../operate/operated-stack";
import { outliveSignals } from "../../operate/terminal";
import { withTurn } from "../../operate/hosts";
import { HalfReplaced } from "./swap";

/** Words that name a stack in a command. */
function stackWords(stack: string | undefined): string {
  return stack === undefined ? "" : ` --stack ${stack}`;
}

/** The command with the consent to change all data of a stack; `words` such as `--undo-replace 20261128_031500`. */
export function restoreCommand(words: string, stack: string | undefined): string {
  return `npm run db:restore -- ${words}${stackWords(stack)} --yes-replace ${stack ?? localStackName}`;
}

/** Work on all data of a stack. */
export interface DataWork {
  /** Named stack; undefined: the local stack. */
  stack: string | undefined;
  say: (line: string) => void;
  /** @throws HalfReplaced if the data is in no known state. */
  work: () => Promise<void>;
  /** State after the work, such as `the data is replaced`. */
  done: string;
}

/**
 * Runs the work with the stack's turn while the site is in maintenance, and ends the maintenance afterwards. After a
 * failure a maintenance that was on before stays on, because an earlier command may have replaced only a part of the
 * data.
 *
 * @throws Error that says whether the site is in maintenance, unless the maintenance is over.
 */
export async function inMaintenance({ stack, say, work, done }: DataWork): Promise<void> {
  const off = `npm run maintenance -- off${stackWords(stack)}`;
  const begin = async () => {
    const wasOn = await startMaintenance(outputsOf(stack));
    say(
      wasOn
        ? "maintenance was on before; if this command fails, the site stays in maintenance"
        : `maintenance the site answers 503; if this command dies before the exchange: ${off}`,
    );
    try {
      await work();
    } catch (error) {
      throw await failed(error as Error, { stack, off, wasOn });
    }
    await endMaintenance(outputsOf(stack)).catch((error: Error) => {
      const message = `${done}, and the maintenance did not end (${error.message}): do not start again; ${off}`;
      throw new Error(message, { cause: error });
    });
    say("maintenance is over");
  };
  // Ctrl-C ends the child processes; this process must then bring the data into a known state.
  await outliveSignals(
    () => say("ends once the data is in a known state"),
    () => withTurn(() => outputsOf(stack), "npm run db:restore", begin),
  );
}

/** The failure with the resulting state; ends the maintenance if that is safe. */
async function failed(
  error: Error,
  { stack, off, wasOn }: { stack: string | undefined; off: string; wasOn: boolean },
): Promise<Error> {
  if (error instanceof HalfReplaced) {
    const undo = restoreCommand(`--undo-replace ${error.undone}`, stack);
    return new Error(
      `${error.message}; the site stays in maintenance; put the former data back with: ${undo}`,
      { cause: error },
    );
  }
  if (wasOn) {
    return new Error(
      `${error.message}; the data is as before this command, and the site stays in maintenance, which was on before; once the data is whole: ${off}`,
      { cause: error },
    );
  }
  try {
    await endMaintenance(outputsOf(stack));
    return error;
  } catch (second) {
    const { message } = second as Error;
    return new Error(`${error.message}; the maintenance did not end (${message}): ${off}`, {
      cause: error,
    });
  }
}
