import type { EngineEvent } from "@pulumi/pulumi/automation";

/** The SSH host key of a node. */
export interface Pin {
  /** Type and base64 data. */
  hostKey: string;
  /** URN of the configuration that pinned it. */
  urn: string;
}

/** One stack with the settings that a deploy wants, run by the engine that it is run by anyway. */
export interface DeployEngine {
  /** The host keys that the configurations pinned, by node. */
  pins(): Promise<Map<string, Pin>>;
  /**
   * What an update would do.
   *
   * @param refresh whether what is there is looked at first. @default false
   * @throws Error if it cannot be planned.
   */
  preview(onEvent: (event: EngineEvent) => void, refresh?: boolean): Promise<void>;
  /** Does it. @throws Error if it stopped. */
  up(onEvent: (event: EngineEvent) => void): Promise<void>;
}

/** What an engine is given. */
export interface EngineOptions {
  /** The settings: text of a stack file. */
  settings: string;
  /** Beginning of the names of the files that the command is given. @default "deploy" */
  files?: string;
  /** Receives what is done besides. */
  say: (line: string) => void;
  /** Asks what is under way to stop. */
  signal: AbortSignal;
}

/** The part of a checkpoint that is read here. */
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
