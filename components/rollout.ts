import * as pulumi from "@pulumi/pulumi";
import { Configuration, configurationArgs, type KeyedHost } from "../provider/resources";
import type { ConfiguredHost } from "./tier";

/** SSH access to the nodes. */
export interface Access {
  /** Login name with sudo. */
  user: string;
  /** Private key of that login in OpenSSH form; a secret. */
  privateKey: pulumi.Input<string>;
  /** Key with which a node proves its SSH host key at the first contact, by node name; a secret. */
  firstContactKey: (node: string) => pulumi.Input<string>;
  /** Public addresses of the SSH bastions. @default each node is reached at its own public address. */
  bastions?: pulumi.Input<string>[];
}

/** Arguments of {@link Rollout}. */
export interface RolloutArgs {
  /** Hosts of one tier in the order in which they are configured. */
  hosts: readonly ConfiguredHost[];
  /** SSH access to the hosts. */
  access: Access;
  /** Local path of the release's archive. @default the hosts download the release or have none. */
  archive?: string;
  /** Local path of the runtime's archive. @default none */
  runtimeArchive?: string;
  /** Resource hooks of each configuration. @default none */
  hooks?: pulumi.ResourceHookBinding;
  /**
   * All hosts of the stack, for the last host of the rollout that comes last, see `ConfigurationArgs`.
   *
   * @default another rollout follows
   */
  everyHost?: readonly KeyedHost[];
  /** Resources that must exist before the first host is configured: bastions, and the rollout of the tier below. */
  after: readonly pulumi.Resource[];
}

/**
 * Configures the hosts of a tier, one after the other. The rollout stops at the first host that
 * does not become healthy, so a bad change reaches at most one node. The provider passes over a host that cannot be
 * reached, see {@link Rollout.unreached}.
 */
export class Rollout extends pulumi.ComponentResource {
  /** Pinned SSH host key by node name: type and Base64 data. */
  readonly hostKeys: Record<string, pulumi.Output<string>> = {};
  /** Why a node was passed over and what was not changed there, by node name; undefined if it is configured. */
  readonly unreached: Record<string, pulumi.Output<string | undefined>> = {};

  constructor(name: string, args: RolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:Rollout", name, {}, opts);
    let previous = args.after;
    for (const host of args.hosts) {
      const configuration = new Configuration(
        `${host.server.node.name}-configuration`,
        configurationInputs(host, args),
        {
          parent: this,
          dependsOn: [host.server, ...previous],
          // A replacement server at the same address has a new host key and no secrets yet.
          replacementTrigger: host.server.serverId,
          ...(args.hooks ? { hooks: args.hooks } : {}),
        },
      );
      previous = [configuration];
      this.hostKeys[host.server.node.name] = configuration.hostKey;
      this.unreached[host.server.node.name] = configuration.unreached;
    }
    this.registerOutputs();
  }
}

/** Address of a host, as the last bastion reaches it. */
function addressOf({ server }: ConfiguredHost, { bastions }: Access): pulumi.Input<string> {
  return bastions ? server.node.privateIp : server.reachedAt();
}

function configurationInputs(
  own: ConfiguredHost,
  { hosts, access, archive, runtimeArchive, everyHost }: RolloutArgs,
) {
  const { server, bundle, secrets } = own;
  const { user, privateKey, bastions, firstContactKey } = access;
  const state = pulumi.output(bundle).apply((known) => configurationArgs(known));
  return {
    connection: {
      host: addressOf(own, access),
      user,
      privateKey: pulumi.secret(privateKey),
      bastions: bastions ?? [],
      firstContactKey: pulumi.secret(firstContactKey(server.node.name)),
    },
    node: state.node,
    role: state.role,
    packages: state.packages,
    users: state.users,
    directories: state.directories,
    files: state.files,
    attributes: state.attributes,
    checks: state.checks,
    loginFiles: state.loginFiles,
    services: state.services,
    release: state.release?.apply(
      (known) => known && { ...known, archive, ...(runtimeArchive ? { runtimeArchive } : {}) },
    ),
    secrets: eachSecret(secrets),
    ...(everyHost && own === hosts.at(-1) ? { everyHost: [...everyHost] } : {}),
    tier: hosts.map((host) => ({ node: host.server.node.name, host: addressOf(host, access) })),
  };
}

/**
 * Marks each content as a secret. Marked as a whole, one content that is not known yet would hide from the
 * preview which files change.
 */
function eachSecret(contents: ConfiguredHost["secrets"]): Record<string, pulumi.Output<string>> {
  const entries = Object.entries(contents);
  return Object.fromEntries(entries.map(([path, content]) => [path, pulumi.secret(content)]));
}
