import type { Action } from "./model";
import type { Store } from "./store";

/** How long an action runs at least when it is not instant, milliseconds. */
const shortestMs = 150;

/** Runs the work behind actions and keeps their records. */
export class Actions {
  private readonly running = new Set<Promise<void>>();

  /**
   * @param mode `async`: an action is `running` in the answer that starts it, as in the real cloud;
   * `instant`: it has ended there when its work takes no time outside of the API.
   */
  constructor(
    private readonly store: Store,
    private readonly mode: "async" | "instant",
    private readonly now: () => Date = () => new Date(),
  ) {}

  /**
   * Starts an action. `work` does what takes time; when it rejects, the action ends with an error.
   * `after` changes the store once the work is done; its error ends the action too.
   */
  async start(
    project: string,
    command: string,
    resources: Action["resources"],
    work: () => Promise<void> = async () => undefined,
  ): Promise<Action> {
    const action: Action = {
      id: this.store.nextId(),
      project,
      command,
      status: "running",
      progress: 0,
      started: this.now().toISOString(),
      finished: null,
      resources,
      error: null,
    };
    this.store.addAction(action);
    const done = this.finish(action, work);
    this.running.add(done);
    void done.finally(() => this.running.delete(done));
    if (this.mode === "instant") await done;
    return action;
  }

  private async finish(action: Action, work: () => Promise<void>): Promise<void> {
    const begun = Date.now();
    try {
      await work();
      const left = shortestMs - (Date.now() - begun);
      if (this.mode === "async" && left > 0) {
        await new Promise((resolve) => setTimeout(resolve, left));
      }
      action.status = "success";
    } catch (error) {
      action.status = "error";
      action.error = { code: "action_failed", message: (error as Error).message };
    }
    action.progress = 100;
    action.finished = this.now().toISOString();
    this.store.changed();
  }

  /** Ends the records of actions that a former process left running. */
  abandonRunning(): void {
    for (const action of this.store.actions.filter(({ status }) => status === "running")) {
      action.status = "error";
      action.progress = 100;
      action.finished = this.now().toISOString();
      action.error = { code: "action_failed", message: "the cloud was restarted" };
    }
    this.store.changed();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}

/** The wire form of an action. */
export function actionToWire({ project: _, ...action }: Action): object {
  return action;
}
