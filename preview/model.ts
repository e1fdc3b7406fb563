/** How much attention a plan needs. */
export type Verdict = "safe" | "careful" | "dangerous";

/** Numbers of changes; each thing counts once. */
export interface Counts {
  /** Services that reload their files, summed over hosts. */
  reloaded: number;
  /** Services that restart or stop, summed over hosts. */
  restarted: number;
  /** Servers that are switched off and on. */
  powerCycled: number;
  /** New servers, volumes, addresses and other resources. */
  created: number;
  /** Resources that are deleted and created again. */
  replaced: number;
  /** Resources that are deleted. */
  deleted: number;
}

/** One file of a host. */
export interface FileChange {
  /** Absolute path. */
  path: string;
  kind: "added" | "changed" | "removed";
  /** Lines with the prefix ` `, `-` or `+`; `@@`: omitted lines. Empty: secret, or only owner and mode change. */
  lines: string[];
  /** True: the preview does not show the content. */
  isSecret: boolean;
}

/** One systemd unit of a host. */
export interface UnitChange {
  /** Name, such as `haproxy.service`. */
  unit: string;
  verb: "reload" | "restart" | "start" | "stop";
  /** Changed paths that cause the reload or restart. */
  because: string[];
  /** True if the node gives its visitors away before the restart. @default false */
  drained?: boolean;
  /** For a stop: true if other instances of the template unit stay on the host. @default false */
  hasOthers?: boolean;
}

/** Changes of one host. */
export interface HostChange {
  /** Node name, such as `web-1`. */
  node: string;
  /** `lb`, `web`, `app` or `db`. */
  role: string;
  /** Change of the host's server; undefined: none. */
  server?: {
    kind: "new" | "deleted" | "replaced" | "resized" | "changed";
    text: string;
    /** Location, such as `nbg1`; only for a server that is created or deleted. */
    location?: string;
  };
  /** The app's release, by the first digits of its SHA-256. */
  release?: { from?: string; to?: string };
  files: FileChange[];
  units: UnitChange[];
  /** Packages of the distribution that the host installs. @default none */
  packages?: string[];
  /** Processes of the app that serve before the change and after it. @default the host runs no app */
  processes?: number;
  /** Other changes, in words. */
  others: string[];
}

/** Change of a resource that is not a host. */
export interface CloudChange {
  /** Noun and name, such as `volume db-1-data`. */
  what: string;
  kind: "new" | "changed" | "deleted" | "replaced";
  /** Changed values, such as `size: 10 -> 20`. */
  values: string[];
  /** Why the cloud refuses the change in the middle of an `up`, as the end of a sentence. @default it does not */
  refused?: string;
  /** True for keys and for resources that accompany a server, which need no review. */
  isMinor: boolean;
}

/** Difference between the recorded and the actual state: a change that was made by hand. */
export interface Drift {
  /** Host, or noun and name, such as `web-1` or `volume db-1-volume`. */
  what: string;
  /** True: the host or resource was deleted. */
  isGone: boolean;
  /** Changed values, from recorded to actual. */
  values: string[];
  /** Changed files of a host, from recorded to actual. */
  files: FileChange[];
}

/** Net prices per month: without VAT, in the unit of the currency. */
export interface Cost {
  before: number;
  after: number;
  /** Currency, such as `EUR`. */
  currency: string;
  /** Items without a price in Hetzner's list; the cost omits them. */
  unpriced: string[];
}

/** A changed setting of the stack file. */
export interface SettingChange {
  /** Name, such as `webstack:web.count`. */
  key: string;
  from: string;
  to: string;
}

/** A plan, prepared for an operator's decision. */
export interface Preview {
  stack: string;
  verdict: Verdict;
  /** Reasons for a verdict other than safe, the worst first. */
  reasons: string[];
  counts: Counts;
  /** Undefined: not known. */
  cost?: Cost;
  /** Effects on visitors, in one sentence. */
  visitors: string;
  /** Reasons for a refusal of the plan; empty: not refused. */
  refused: string[];
  /** Lines of `webstack:consent` that would allow the refused changes. */
  consent: string[];
  settings: SettingChange[];
  hosts: HostChange[];
  cloud: CloudChange[];
  /** Drift; empty: none, or the preview did not refresh. */
  drift: Drift[];
  /** True: a refresh read each resource, so the drift is complete. */
  isRefreshed: boolean;
  /** Warnings of the program and of the cloud. */
  warnings: string[];
}

/** Care that an effect needs: 0 none, 1 an operator watches the change, 2 an operator confirms that it is intended. */
export type Level = 0 | 1 | 2;

/** Consequence of a change. */
export interface Effect {
  level: Level;
  /** Effect on visitors, without a full stop. */
  visitors: string;
  /** What the operator must know before the change, without a full stop. */
  reason: string;
}
