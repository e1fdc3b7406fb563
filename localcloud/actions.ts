import { type Clock, timestamp } from "./clock";
import type { Command } from "./commands";
import { singular, type Action, type Kind, type Server } from "./model";
import type { Store } from "./store";

/** How long an action takes at least when it is not instant, milliseconds: clients see it running. */
const shortestMs = 150;

/** Runs the work of an action: at once, or after the work of others. */
export type Order = (work: () => Promise<unknown>) => Promise<unknown>;

/** Runs work without waiting for others. */
export const atOnce: Order = (work) => work();

/** Runs one work after the other; after one that failed the rest fails too. */
export function sequence(): Order {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => (last = last.then(work));
}

/** What an action is made from. Everything it asks for is in the store before it starts. */
export interface Task {
  project: string;
  command: Command;
  resources: Action["resources"];
  /** What takes time; when it rejects, the action ends with an error that has its message. */
  work?: () => Promise<unknown>;
  /** Follows a success, such as a new status. */
  done?: () => void;
  /** Follows a failure. */
  failed?: () => void;
  /** The server that is locked meanwhile. */
  lock?: Server;
}

/** Runs the work behind actions and keeps their records. */
export class Actions {
  private readonly running = new Set<Promise<void>>();
  private readonly locks = new WeakMap<Server, number>();

  /**
   * @param mode `async`: an action is `running` in the answer that starts it, as in the real cloud,
   * and ends as soon as its work has; `instant`: it has ended there.
   */
  constructor(
    private readonly store: Store,
    private readonly mode: "async" | "instant",
    private readonly clock: Clock,
    /** What is to happen to the next action of a command instead of its work. */
    private readonly fateOf: (command: Command) => "fail" | "stick" | undefined = () => undefined,
  ) {}

  /** Starts an action; in instant mode it has ended when this resolves. */
  async start(task: Task): Promise<Action> {
    const action: Action = {
      id: this.store.nextId(),
      project: task.project,
      command: task.command,
      status: "running",
      progress: 0,
      started: timestamp(this.clock),
      finished: null,
      resources: task.resources,
      error: null,
    };
    this.store.addAction(action);
    this.lock(task.lock, 1);
    const ended = this.run(action, task);
    this.running.add(ended);
    void ended.finally(() => this.running.delete(ended));
    if (this.mode === "instant") await ended;
    return action;
  }

  private async run(action: Action, task: Task): Promise<void> {
    try {
      const fate = this.fateOf(action.command);
      if (fate === "stick") return;
      if (fate === "fail") throw new Error("injected fault");
      const shortest = this.mode === "async" ? this.clock.wait(shortestMs) : undefined;
      await task.work?.();
      await shortest;
      task.done?.();
      this.end(action);
    } catch (error) {
      task.failed?.();
      this.end(action, (error as Error).message);
    }
    this.lock(task.lock, -1);
    this.store.changed();
  }

  private end(action: Action, failure?: string): void {
    action.status = failure === undefined ? "success" : "error";
    action.progress = 100;
    action.finished = timestamp(this.clock);
    action.error = failure === undefined ? null : { code: "action_failed", message: failure };
  }

  private lock(server: Server | undefined, by: 1 | -1): void {
    if (!server) return;
    const count = (this.locks.get(server) ?? 0) + by;
    this.locks.set(server, count);
    server.locked = count > 0;
  }

  /** Commands of a server's actions that a former process left running. */
  interrupted(server: Server): Command[] {
    return this.store.actions
      .filter(
        ({ status, resources }) => status === "running" && resources.some(is("server", server)),
      )
      .map(({ command }) => command);
  }

  /**
   * Ends the actions that a former process left running: what they were to do has been done again
   * with the stored state, so only those of the servers in `failures` have failed.
   */
  endInterrupted(failures: ReadonlyMap<number, string>): void {
    for (const action of this.store.actions.filter(({ status }) => status === "running")) {
      const failed = action.resources.find(({ id }) => failures.has(id));
      this.end(action, failed && failures.get(failed.id));
    }
    for (const server of this.store.all("servers")) server.locked = false;
    this.store.changed();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}

function is(type: string, { id }: { id: number }) {
  return (resource: Action["resources"][number]) => resource.type === type && resource.id === id;
}

/** A thing as actions name it. */
export function resourceOf(kind: Kind, { id }: { id: number }): Action["resources"][number] {
  return { id, type: singular[kind] };
}

/** The wire form of an action. */
export function actionToWire({ project: _, ...action }: Action): object {
  return action;
}
