/** Time for the engine to end by itself after the terminal's Ctrl-C, which the engine also receives, milliseconds. */
const engineMs = 10_000;

/** Ctrl-C during a change of the release: running operations end in order, and the command reports the state. */
export interface Interrupt {
  /** Ends this program's own work at once. */
  signal: AbortSignal;
  /** Ends the engine if it does not end by itself: at a second Ctrl-C the engine would abandon its operations. */
  engineSignal: AbortSignal;
}

/** Handles Ctrl-C and the end of the terminal. A second Ctrl-C ends the program at once. */
export function takeInterrupts(say: (line: string) => void): Interrupt {
  const [own, engine] = [new AbortController(), new AbortController()];
  const stop = (patienceMs: number) => {
    if (own.signal.aborted) process.exit(130);
    say("stopping; a node that is at work finishes it, and the next run goes on from there");
    own.abort(new Error("interrupted"));
    setTimeout(() => engine.abort(), patienceMs).unref();
  };
  let signalAt = 0;
  process.on("SIGINT", () => {
    // One Ctrl-C may arrive twice, from the terminal and from the parent process.
    if (Date.now() - signalAt > 500) stop(engineMs);
    signalAt = Date.now();
  });
  process.once("SIGTERM", () => stop(0));
  return { signal: own.signal, engineSignal: engine.signal };
}
