import { AsyncResource } from "node:async_hooks";
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { HostNode, Hosts } from "./hosts";
import { sshHosts } from "./ssh-hosts";
import { waitUntil } from "./wait-until";

/** Access to nodes behind the load balancers. */
export interface HolderAccess {
  /** Login name with sudo. */
  user: string;
  /** Private key of that login in OpenSSH form; a secret. */
  privateKey: pulumi.Input<string>;
  /** Public addresses of the load balancers. */
  bastions: pulumi.Input<string>[];
}

/** The nodes, once the addresses and the key are known. */
export function holderHosts(
  nodes: readonly HostNode[],
  { user, privateKey, bastions }: HolderAccess,
): () => Promise<Hosts> {
  const known = pulumi.all([privateKey, pulumi.all(bastions)]);
  return () =>
    new Promise((resolve) =>
      known.apply(([key, ways]) => {
        const publicIps = new Map(ways.map((way) => [way, way]));
        resolve(sshHosts({ nodes, user, privateKey: key, publicIps }));
      }),
    );
}

/** Arguments of {@link retiringHook}. */
export interface RetiringArgs {
  /** The secrets in words, such as `database passwords`. */
  what: string;
  /** Path of the secret file on the changed host. */
  path: string;
  /** The secrets in that file: the present one, the former one if there is one, and others that are accepted. */
  listIn: (content: string) => string[];
  /** Nodes that use one of the secrets. */
  holders: readonly HostNode[];
  /** File of a holder, and the script of sed that prints the secret that the holder uses. */
  held: { path: string; sed: string };
  /** Access to the holders. */
  hosts: () => Promise<Hosts>;
  /** Longest wait for each holder, seconds. @default 60 */
  waitSeconds?: number;
}

/**
 * Hook of the configurations that accept secrets of which the program keeps two at a time. Before the first host stops
 * to accept the older one, every node that uses one of them must be reached and must use a newer one: a node that was
 * passed over, or off, in the earlier change would be locked out. The hook acts only if the number was raised by 1; a
 * first change ends no secret, and a larger step means to end all of them. No secret leaves a host: digests are compared.
 */
export function retiringHook(args: RetiringArgs): pulumi.ResourceHook {
  const { what, path, listIn } = args;
  let checked: Promise<void> | undefined;
  const work = async ({ oldOutputs, newInputs }: pulumi.ResourceHookArgs) => {
    const [before, after] = [await contentOf(oldOutputs, path), await contentOf(newInputs, path)];
    if (before === undefined || after === undefined || before === after) return;
    const [was, is] = [listIn(before), listIn(after)];
    if (isRetired(was, is)) await (checked ??= checkHolders(args, is.slice(0, 2)));
  };
  // The engine calls the hook outside of the asynchronous context that outputs need.
  return new pulumi.ResourceHook(`retirement of ${what}`, AsyncResource.bind(work));
}

/** True if the former secret is the one that was present before, and an older one is no longer accepted. */
export function isRetired(before: readonly string[], after: readonly string[]): boolean {
  const isNext = after[1] !== undefined && after[1] === before[0];
  return isNext && before.some((one) => !after.includes(one));
}

/** The content of a secret file of a configuration; the engine's hooks give secrets as outputs. */
function contentOf(values: unknown, path: string): Promise<string | undefined> {
  const { secrets } = (values ?? {}) as { secrets?: pulumi.Input<Record<string, unknown>> };
  return new Promise((resolve) =>
    pulumi.output(secrets ?? {}).apply((all) => resolve(all[path] as string | undefined)),
  );
}

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** @throws Error that names every holder that may still use another secret than `accepted`. */
async function checkHolders(args: RetiringArgs, accepted: readonly string[]): Promise<void> {
  const { what, holders, held, waitSeconds = 60 } = args;
  const hosts = await args.hosts();
  // A node that has no such file yet uses no secret.
  const good = [...accepted, ""].map(digestOf);
  const command = `sudo sed -n '${held.sed}' ${held.path} 2>/dev/null | tr -d '\\n' | sha256sum`;
  const asked = holders.map(async ({ name }) => {
    try {
      const ask = () => hosts.run(name, command);
      const options = { timeoutSeconds: waitSeconds, intervalMs: 1_000 };
      const [digest = ""] = (await waitUntil(name, ask, options)).split(" ");
      return good.includes(digest) ? [] : [`${name} still uses an earlier one`];
    } catch (error) {
      return [`${name} cannot be asked (${(error as Error).message})`];
    }
  });
  const problems = (await Promise.all(asked)).flat();
  if (problems.length === 0) return;
  throw new Error(
    `the ${what} were not changed, because the oldest one is accepted no longer then: ${problems.join("; ")}. Start ` +
      "these nodes, or replace their servers (npm run roll); set the number in the stack file back by 1 and run `up` " +
      "until it ends well; then raise it again",
  );
}
