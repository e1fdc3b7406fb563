import { AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { BundleRelease } from "../services/bundle";
import type { HostNode } from "./hosts";

/** Stages a release on a host. */
export type StageOn = typeof import("../provider/release").stageOn;

/** Arguments of {@link stagingHook}. */
export interface StagingArgs {
  /** The web nodes, which serve the assets. */
  nodes: readonly HostNode[];
  /** Login name with sudo. */
  user: string;
  /** Private key of that login in OpenSSH form; a secret. */
  privateKey: pulumi.Input<string>;
  /** Key with which a node proves its SSH host key, by node name; a secret. */
  firstContactKey: (node: string) => pulumi.Input<string>;
  /** Public addresses of the SSH bastions. */
  bastions: pulumi.Input<string>[];
  /** The app's release. */
  release: BundleRelease;
  /** Local path of the release's archive. @default the hosts download the release */
  archive?: string | undefined;
  /** Function that stages the release on a host. @default the provider's */
  stageOn?: StageOn;
}

/** Loads the module at the first use: most runs stage nothing, and the load takes a tenth of a second. */
const stageAsProvider: StageOn = (host, release) => {
  const load = createRequire(__filename);
  return (load("../provider/release") as { stageOn: StageOn }).stageOn(host, release);
};

/**
 * Hook of the configurations with a release: before the first node of the stack switches to a new release, all web
 * nodes get its assets ready, so that each of them answers for the pages that the first node renders. It runs once, in
 * the program's process, and only in `up`. A web node that cannot be reached is skipped, with a message.
 */
export function stagingHook(args: StagingArgs): pulumi.ResourceHookBinding {
  const { nodes, release, archive, stageOn = stageAsProvider } = args;
  const hosts = hostsOf(args);
  const stage = async () => {
    const given = { ...release, ...(archive === undefined ? {} : { archive }) };
    const ends = await Promise.allSettled((await hosts).map((host) => stageOn(host, given)));
    const failed = ends.flatMap((end) =>
      end.status === "rejected" ? [(end.reason as Error).message] : [],
    );
    if (failed.length > 0) {
      throw new Error(
        `${failed.join("\n")}\nno node was switched; mend the cause and run \`up\` again`,
      );
    }
    for (const [i, end] of ends.entries()) {
      if (end.status === "fulfilled" && end.value !== undefined)
        say(notStaged(nodes[i]!, end.value));
    }
  };
  let staged: Promise<void> | undefined;
  // The engine calls the hook outside of the asynchronous context that log messages need.
  const call = AsyncResource.bind(async ({ oldInputs, newInputs }: pulumi.ResourceHookArgs) => {
    if (digestIn(oldInputs) !== digestIn(newInputs)) await (staged ??= stage());
  });
  return { beforeUpdate: [new pulumi.ResourceHook("staging of the release", call)] };
}

/** Prints a message; drops one that cannot be delivered. */
function say(line: string): void {
  void pulumi.log.warn(line).catch(() => undefined);
}

function notStaged({ name }: HostNode, reason: string): string {
  return (
    `${name}: the new release's assets are not ready before the switch of the first node (${reason}); ` +
    "until this node switches too, it may answer 404 for them"
  );
}

function digestIn(inputs: unknown): unknown {
  return (inputs as { release?: Partial<BundleRelease> } | undefined)?.release?.digest;
}

/** The web nodes with their connections, once the addresses and keys are known; in some previews never. */
function hostsOf({ nodes, user, privateKey, firstContactKey, bastions }: StagingArgs) {
  const keys = pulumi.all(nodes.map(({ name }) => firstContactKey(name)));
  const known = pulumi.all([privateKey, pulumi.all(bastions), keys]);
  return new Promise<Parameters<StageOn>[0][]>((resolve) =>
    known.apply(([key, ways, proofs]) =>
      resolve(
        nodes.map(({ name, privateIp: host }, i) => ({
          node: name,
          connection: {
            ...{ host, user, privateKey: key, bastions: ways },
            firstContactKey: proofs[i]!,
          },
        })),
      ),
    ),
  );
}
