import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { ApiError, notFound } from "./errors";
import { singular, type Action, type Collections, type Kind } from "./model";

interface Snapshot {
  nextId: number;
  actions: Action[];
  collections: { [K in Kind]: Collections[K][] };
}

/** Finished actions that are remembered; clients ask for them long after. */
const rememberedActions = 5_000;

function empty(): Snapshot {
  return {
    nextId: 1_000,
    actions: [],
    collections: {
      ssh_keys: [],
      networks: [],
      servers: [],
      firewalls: [],
      floating_ips: [],
      primary_ips: [],
      placement_groups: [],
      volumes: [],
      zones: [],
    },
  };
}

function restored(path: string): Snapshot {
  const fresh = empty();
  const saved = JSON.parse(readFileSync(path, "utf8")) as Snapshot;
  return { ...fresh, ...saved, collections: { ...fresh.collections, ...saved.collections } };
}

/** How a kind says that a name is taken. Source: messages of the real API in public issues. */
const nameTaken: Partial<Record<Kind, string>> = {
  servers: "server name is already used",
  ssh_keys: "SSH key name is already used",
};

/** Everything the cloud knows, on disk after each change. */
export class Store {
  private readonly state: Snapshot;
  private readonly path: string | undefined;
  private dirty = false;

  /** @param directory where the state is kept; absent: in memory only. */
  constructor(directory?: string) {
    this.path = directory === undefined ? undefined : join(directory, "state.json");
    if (directory !== undefined) mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.state = this.path !== undefined && existsSync(this.path) ? restored(this.path) : empty();
  }

  /** The next id; one sequence for everything. */
  nextId(): number {
    return this.state.nextId++;
  }

  /** All things of a kind, of every project. */
  all<K extends Kind>(kind: K): Collections[K][] {
    return this.state.collections[kind];
  }

  /** All things of a kind that belong to a project. */
  of<K extends Kind>(kind: K, project: string): Collections[K][] {
    return this.all(kind).filter((item) => item.project === project);
  }

  /** One thing. @throws ApiError `not_found`. */
  get<K extends Kind>(kind: K, project: string, id: number): Collections[K] {
    const found = this.find(kind, project, id);
    if (!found) throw notFound(singular[kind], id);
    return found;
  }

  /** One thing, or undefined. */
  find<K extends Kind>(kind: K, project: string, id: number): Collections[K] | undefined {
    return this.all(kind).find((item) => item.id === id && item.project === project);
  }

  /** Adds a thing. @throws ApiError `uniqueness_error` if its name is taken in its project. */
  add<K extends Kind>(kind: K, item: Collections[K]): void {
    this.refuseTakenName(kind, item.project, item.name);
    this.all(kind).push(item);
    this.changed();
  }

  /** @throws ApiError `uniqueness_error` if another thing of the kind has the name. */
  refuseTakenName(kind: Kind, project: string, name: string, self?: number): void {
    if (this.of(kind, project).some((other) => other.name === name && other.id !== self)) {
      throw new ApiError("uniqueness_error", nameTaken[kind] ?? "name is already used", {
        fields: [{ name: "name" }],
      });
    }
  }

  /** Removes a thing. */
  remove(kind: Kind, id: number): void {
    const list = this.state.collections[kind] as { id: number }[];
    const index = list.findIndex((item) => item.id === id);
    if (index >= 0) list.splice(index, 1);
    this.changed();
  }

  /** All actions, oldest first. */
  get actions(): Action[] {
    return this.state.actions;
  }

  /** Remembers an action. */
  addAction(action: Action): void {
    this.state.actions.push(action);
    if (this.state.actions.length > rememberedActions) this.state.actions.shift();
    this.changed();
  }

  /** Says that something in the store was changed; it is on disk before the next turn ends. */
  changed(): void {
    if (this.path === undefined || this.dirty) return;
    this.dirty = true;
    setImmediate(() => this.flush());
  }

  /** Writes what has changed, now: an answer must not outlive the state it speaks of. */
  flush(): void {
    if (this.path === undefined || !this.dirty) return;
    this.dirty = false;
    const draft = `${this.path}.draft`;
    const descriptor = openSync(draft, "w", 0o600);
    writeFileSync(descriptor, JSON.stringify(this.state));
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(draft, this.path);
    const folder = openSync(dirname(this.path), "r");
    fsyncSync(folder);
    closeSync(folder);
  }
}
