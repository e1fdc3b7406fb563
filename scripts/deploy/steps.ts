/** After this time a step that has not ended says that it is at work, milliseconds. */
const patienceMs = 5_000;

/** Steps of a command, each printed as one line with its time when it has ended. */
export class Steps {
  constructor(private readonly say: (line: string) => void) {}

  /**
   * Does one step.
   *
   * @param text what is said when it has ended well, from its result.
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
