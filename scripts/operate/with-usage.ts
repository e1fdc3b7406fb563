/**
 * Runs the reader of a command line.
 *
 * @param usage the command with its options, such as `npm run drift -- [--stack <name>]`.
 * @throws Error with usage and reason, if `read` throws.
 */
export function withUsage<Parsed>(usage: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch (error) {
    throw new Error(`usage: ${usage}; ${(error as Error).message}`, { cause: error });
  }
}
