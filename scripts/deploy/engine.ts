import type { EngineEvent } from "@pulumi/pulumi/automation";

/** The SSH host key of a node. */
export interface Pin {
  /** Type and Base64 data. */
  hostKey: string;
  /** URN of the configuration that pinned the key. */
  urn: string;
}

/** One stack with the settings of a deploy, run by the stack's usual engine. */
export interface DeployEngine {
  /** The host keys that the configurations have pinned, by node. */
  pins(): Promise<Map<string, Pin>>;
  /**
   * Plans an update.
   *
   * @param refresh true: the engine first reads the actual state. @default false
   * @throws Error if the plan fails.
   */
  preview(onEvent: (event: EngineEvent) => void, refresh?: boolean): Promise<void>;
  /**
   * Runs the update.
   *
   * @param message for the stack's history. @default the engine's own
   * @throws Error if the update stops.
   */
  up(onEvent: (event: EngineEvent) => void, message?: string): Promise<void>;
}

/** Options of an engine. */
export interface EngineOptions {
  /** The settings: text of a stack file. */
  settings: string;
  /** Prefix of the names of the command's files. @default "deploy" */
  files?: string;
  /** Checkout whose program runs. @default this one */
  directory?: string;
  /** Receives messages about further work of the engine. */
  say: (line: string) => void;
  /** Asks a running operation to stop. */
  signal: AbortSignal;
}

/** The fields of a checkpoint that a deploy reads. */
export interface Deployment {
  resources?: { type?: string; urn: string; outputs?: Record<string, unknown> }[];
}

/** The pinned host keys in a checkpoint, by node. */
export function pinsIn({ resources = [] }: Deployment): Map<string, Pin> {
  return new Map(
    resources.flatMap(({ type, urn, outputs }): [string, Pin][] => {
      const { node, hostKey } = outputs ?? {};
      if (type !== "host:index:Configuration") return [];
      return typeof node === "string" && typeof hostKey === "string"
        ? [[node, { hostKey, urn }]]
        : [];
    }),
  );
}
