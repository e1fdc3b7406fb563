/** Time after which a running step prints a line, milliseconds. */
const patienceMs = 5_000;

/** Steps of a command; each prints one line with its time at its end. */
export class Steps {
  constructor(private readonly say: (line: string) => void) {}

  /**
   * Does one step.
   *
   * @param text makes the line of a successful step from its result.
   */
  async step<T>(name: string, work: () => Promise<T> | T, text = (_: T) => name): Promise<T> {
    const begun = Date.now();
    const seconds = () => `${((Date.now() - begun) / 1_000).toFixed(1)} s`.padStart(8);
    const slow = setTimeout(() => this.say(`         … ${name}`), patienceMs);
    try {
      const result = await work();
      this.say(`${seconds()}  ${text(result)}`);
      return result;
    } catch (error) {
      this.say(`${seconds()}  ${name}: failed`);
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }
}
