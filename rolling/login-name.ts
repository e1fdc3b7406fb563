import { AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { HostNode } from "./hosts";

type Provided = typeof import("../provider/login-change");

/** Steps on one host. */
export type LoginSteps = Pick<Provided, "checkLogin" | "addLogin">;
type RoutedHost = Parameters<Provided["addLogin"]>[0];
type LoginStep = Awaited<ReturnType<Provided["addLogin"]>>;

/** A node, and the route to it. */
export interface NodeRoute {
  node: Pick<HostNode, "name" | "role">;
  /** Address, as the last bastion reaches it. */
  host: pulumi.Input<string>;
  /** Public addresses of the bastions; empty for a load balancer. */
  bastions: pulumi.Input<string>[];
}

/** Arguments of {@link loginNameHook}. */
export interface LoginNameArgs {
  /** All nodes of the stack. */
  routes: readonly NodeRoute[];
  /** Private key of the login in OpenSSH form; a secret. */
  privateKey: pulumi.Input<string>;
  /** Steps on a host. @default the provider's */
  steps?: LoginSteps;
}

/** Loads the module at the first use: most runs change no login name, and the load takes a tenth of a second. */
function providersSteps(): LoginSteps {
  return createRequire(__filename)("../provider/login-change") as LoginSteps;
}

/**
 * Hook of all configurations: before the first one that changes the login name, every node gets the new name beside the
 * former one, and proves it by a login; the load balancers first, since SSH to all other nodes goes through them. So
 * every later step of the run, and of the commands, may use either name, until the last configuration ends the former
 * one (provider/host-provider.ts). A node that cannot be reached is skipped, with a message; its own configuration tries
 * again, with the name that is recorded for this node. The commands contain no secret, so no host key is pinned.
 */
export function loginNameHook(args: LoginNameArgs): pulumi.ResourceHook {
  const known = knownHosts(args);
  let change: Change | undefined;
  // The engine calls the hook outside of the asynchronous context that log messages need.
  const call = AsyncResource.bind(async (called: pulumi.ResourceHookArgs) => {
    const [was, is] = [await userIn(called.oldOutputs), await userIn(called.newInputs)];
    if (was === undefined || is === undefined || was === is) return;
    change ??= new Change(await known, is, args.steps ?? providersSteps());
    await change.onAll(was);
    await change.onOne(called.name.replace(/-configuration$/, ""), was);
  });
  return new pulumi.ResourceHook("change of the login name", call);
}

/** Known values of the arguments. */
interface Known {
  doors: RoutedHost[];
  inner: RoutedHost[];
  privateKey: string;
}

/** The change of one run. */
class Change {
  private readonly added = new Set<string>();
  private all: Promise<void> | undefined;
  private readonly access: { user: string; privateKey: string; signal: AbortSignal };

  constructor(
    private readonly known: Known,
    private readonly user: string,
    private readonly steps: LoginSteps,
  ) {
    const { signal } = new AbortController();
    this.access = { user, privateKey: known.privateKey, signal };
  }

  /** Adds the name on all nodes, once. @throws Error before any node is changed, if a node has another such account. */
  onAll(former: string): Promise<void> {
    return (this.all ??= this.begin(former));
  }

  /** Adds the name on a node that did not get it from {@link onAll}. */
  async onOne(name: string, former: string): Promise<void> {
    if (this.added.has(name)) return;
    const host = [...this.known.doors, ...this.known.inner].find(({ node }) => node === name);
    if (host === undefined) return;
    const step = await this.add(host, former);
    if (step !== "refused") return;
    throw new Error(
      `${name} accepts neither the login ${former}, which is recorded for it, nor ${this.user}, so it was not changed; ` +
        "set webstack:admin.user to the name that it accepts, or replace the server (npm run roll)",
    );
  }

  private async begin(former: string): Promise<void> {
    const { doors, inner } = this.known;
    say(`the login name becomes ${this.user}: added on all nodes beside ${former}, and proved`);
    const away = new Map<string, LoginStep>();
    await together([...doors, ...inner], async (host) => {
      const step = await this.steps.checkLogin(host, former, this.access);
      if (step !== "done") away.set(host.node, step);
    });
    for (const hosts of [doors, inner]) {
      await together(hosts, async (host) => {
        const step = away.get(host.node) ?? (await this.add(host, former));
        if (step !== "done") warn(skipped(host.node, this.user, step));
      });
    }
  }

  private async add(host: RoutedHost, former: string): Promise<LoginStep> {
    const step = await this.steps.addLogin(host, former, this.access);
    if (step === "done") this.added.add(host.node);
    return step;
  }
}

/** Does `work` on all hosts, and fails afterwards. @throws Error with all reasons. */
async function together(
  hosts: readonly RoutedHost[],
  work: (host: RoutedHost) => Promise<unknown>,
) {
  const ends = await Promise.allSettled(hosts.map(work));
  const failed = ends.flatMap((end) =>
    end.status === "rejected" ? [(end.reason as Error).message] : [],
  );
  if (failed.length > 0) {
    const rest =
      "the former login name stays valid on all nodes; mend the cause and run `up` again";
    throw new Error([...failed, rest].join("\n"));
  }
}

function skipped(node: string, user: string, step: Exclude<LoginStep, "done">): string {
  const why = step === "refused" ? "it refuses the former one" : step.unreached;
  return `${node} does not have the login ${user} yet (${why}); every node keeps the former one until this node has it`;
}

/** Prints a message; drops one that cannot be delivered. */
const say = (line: string) => void pulumi.log.info(line).catch(() => undefined);
const warn = (line: string) => void pulumi.log.warn(line).catch(() => undefined);

/** The login name in the values of a configuration; the engine's hooks give values with secrets as outputs. */
function userIn(values: unknown): Promise<string | undefined> {
  const { connection } = (values ?? {}) as { connection?: pulumi.Input<{ user?: string }> };
  return new Promise((resolve) =>
    pulumi.output(connection ?? {}).apply((known) => resolve(known.user)),
  );
}

/** The nodes with their routes, once addresses and key are known; in some previews never. */
function knownHosts({ routes, privateKey }: LoginNameArgs): Promise<Known> {
  const hosts = routes.map(({ node, host, bastions }) =>
    pulumi.output({ node: node.name, host, bastions }),
  );
  return new Promise((resolve) =>
    pulumi.all([pulumi.all(hosts), privateKey]).apply(([all, key]) => {
      const isDoor = ({ bastions }: RoutedHost) => bastions.length === 0;
      const inner = all.filter((host) => !isDoor(host));
      resolve({ doors: all.filter(isDoor), inner, privateKey: key });
    }),
  );
}
