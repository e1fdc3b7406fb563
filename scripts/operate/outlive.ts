/** Signals that end a process: Ctrl-C, `kill`, and the end of its terminal. */
export const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does `work` without an end by a signal; each signal is told by `told`. Children get Ctrl-C and the end of the
 * terminal too, and fail by it.
 */
export async function outliveSignals<T>(told: () => void, work: () => Promise<T>): Promise<T> {
  const ignored = endSignals.map((signal) => {
    const before = process.listeners(signal);
    process.removeAllListeners(signal).on(signal, told);
    return () => {
      process.off(signal, told);
      for (const each of before) process.on(signal, each);
    };
  });
  try {
    return await work();
  } finally {
    for (const restore of ignored) restore();
  }
}
