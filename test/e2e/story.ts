/** One step of a story: a sentence about what is true, and the check that throws if it is not. */
export interface Step {
  title: string;
  run: () => Promise<void>;
}

/** A story: steps that run in order; after a failed one the rest is skipped, except the closing ones. */
export interface Story {
  name: string;
  steps: Step[];
  /** Runs in any case, also after a failure: leaves the machine as it was found. */
  closing: Step[];
}

/** Result of a run of stories. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** Title and reason of each step that failed, for the end of a long output. */
  failures: string[];
}

async function runStep(step: Step, tally: Tally): Promise<boolean> {
  const begun = Date.now();
  try {
    await step.run();
    tally.passed += 1;
    console.log(`ok      ${step.title} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    const failure = `NOT OK  ${step.title}\n${(error as Error).stack ?? String(error)}`;
    tally.failed += 1;
    tally.failures.push(failure);
    console.log(failure);
    return false;
  }
}

/** Runs a story and adds its steps to `tally`. */
export async function tell(story: Story, tally: Tally): Promise<void> {
  console.log(`\n# ${story.name}`);
  let going = true;
  for (const step of story.steps) {
    if (going) going = await runStep(step, tally);
    else {
      tally.skipped += 1;
      console.log(`skipped ${step.title}`);
    }
  }
  for (const step of story.closing) await runStep(step, tally);
}
