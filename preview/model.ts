/** How much of a person's care a plan asks for. */
export type Verdict = "safe" | "careful" | "dangerous";

/** What becomes of things, each counted once. */
export interface Counts {
  /** Services that read their files anew and go on, summed over hosts. */
  reloaded: number;
  /** Services that end and start again, or stop, summed over hosts. */
  restarted: number;
  /** Servers that are switched off and on. */
  powerCycled: number;
  /** Servers, volumes, addresses and the like that are new. */
  created: number;
  /** Things that go and come again as other ones. */
  replaced: number;
  /** Things that go. */
  deleted: number;
}

/** One file of a host. */
export interface FileChange {
  /** Absolute path. */
  path: string;
  kind: "added" | "changed" | "removed";
  /** Lines after ` `, `-`, `+`; `@@`: some are left out. Empty: secret, or nothing but owner and mode. */
  lines: string[];
  /** True: what is in it is not shown. */
  isSecret: boolean;
}

/** One systemd unit of a host. */
export interface UnitChange {
  /** Name, such as `haproxy.service`. */
  unit: string;
  verb: "reload" | "restart" | "start" | "stop";
  /** Paths whose change is the cause. */
  because: string[];
}

/** What becomes of one host. */
export interface HostChange {
  /** Node name, such as `web-1`. */
  node: string;
  /** `lb`, `web`, `app` or `db`. */
  role: string;
  /** What becomes of its server; undefined: it stays as it is. */
  server?: {
    kind: "new" | "deleted" | "replaced" | "resized" | "changed";
    text: string;
    /** Where it is, such as `nbg1`; told of one that comes or goes. */
    location?: string;
  };
  /** The app's release, by the first digits of its SHA-256. */
  release?: { from?: string; to?: string };
  files: FileChange[];
  units: UnitChange[];
  /** Other changes, in words. */
  others: string[];
}

/** What becomes of something that is no host. */
export interface CloudChange {
  /** Such as `volume db-1-data`. */
  what: string;
  kind: "new" | "changed" | "deleted" | "replaced";
  /** Values that change, such as `size: 10 -> 20`. */
  values: string[];
  /** True for servers' accessories and keys, which nobody needs to look at. */
  isMinor: boolean;
}

/** What a look at what is there found different from what was recorded: somebody changed it by hand. */
export interface Drift {
  /** Such as `web-1` or `volume db-1-volume`. */
  what: string;
  /** True: somebody deleted it. */
  isGone: boolean;
  /** Values from what was recorded to what was found. */
  values: string[];
  /** Files of a host from what was recorded to what was found. */
  files: FileChange[];
}

/** Net prices of a month. */
export interface Cost {
  before: number;
  after: number;
  /** Such as `EUR`. */
  currency: string;
  /** What has no price in the cloud's list, and is not counted. */
  unpriced: string[];
}

/** A setting of the stack file that is another one. */
export interface SettingChange {
  /** Such as `webstack:web.count`. */
  key: string;
  from: string;
  to: string;
}

/** A plan, as a person has to judge it. */
export interface Preview {
  stack: string;
  verdict: Verdict;
  /** What makes it more than safe, the worst first. */
  reasons: string[];
  counts: Counts;
  /** Undefined: not known. */
  cost?: Cost;
  /** What visitors notice, in one sentence. */
  visitors: string;
  /** Why the plan is refused; empty: it is not. */
  refused: string[];
  /** Lines of `webstack:consent` that would allow what is refused. */
  consent: string[];
  settings: SettingChange[];
  hosts: HostChange[];
  cloud: CloudChange[];
  /** Empty: nothing, or nobody looked. */
  drift: Drift[];
  /** What the program or the cloud warns of. */
  warnings: string[];
}
