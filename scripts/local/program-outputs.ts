import { isSecret, output, runtime } from "@pulumi/pulumi";
import type { OutputMap, PulumiFn } from "@pulumi/pulumi/automation";

/** The outputs of a program that runs in this process, as its last `up` made them. */
export class ProgramOutputs {
  private made: OutputMap | undefined;

  /** The same program, whose outputs are kept. A preview's are not: some are unknown. */
  of(program: PulumiFn): PulumiFn {
    return async () => {
      this.made = undefined;
      const outputs = ((await program()) ?? undefined) as Record<string, unknown> | undefined;
      // Without a wait: the program ends before its resources exist.
      if (outputs && !runtime.isDryRun()) this.keep(outputs);
      return outputs;
    };
  }

  /** The outputs of the last `up`, once; undefined if there was none, or not all of them are known. */
  take(): OutputMap | undefined {
    const { made } = this;
    this.made = undefined;
    return made;
  }

  private keep(outputs: Record<string, unknown>): void {
    output(outputs).apply(async (values) => {
      // In JSON, as the engine answers: without what is undefined.
      const plain = JSON.parse(JSON.stringify(values)) as Record<string, unknown>;
      const entries = Object.entries(plain).map(async ([key, value]) => {
        return [key, { value, secret: await isSecret(output(outputs[key])) }] as const;
      });
      this.made = Object.fromEntries(await Promise.all(entries));
    });
  }
}
