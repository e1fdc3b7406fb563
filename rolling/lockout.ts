import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { isWithin } from "../config/addresses";
import { Firewall } from "./admin-firewall";
import { closed, deadlineOf, type Rule } from "./admin-openings";

/** Arguments of {@link lockoutHooks}. */
export interface LockoutArgs {
  /** Name of the load balancers' firewall in the cloud, such as `webstack-dev-edge`. */
  firewall: string;
  /** API of the stack's project, as this machine reaches it. */
  project: { endpoint: string; token: pulumi.Input<string> };
  /** Finds the IPv4 address with which the hosts see this machine; undefined: it is not known. Called if it matters. */
  address: () => Promise<string | undefined>;
  /** True: the stack file consents to a lockout. */
  isAllowed: boolean;
  /** True in a preview. @default the run's */
  isPreview?: boolean;
  /** The time. @default the clock's */
  now?: () => Date;
}

/** A rule of the firewall, as the program declares it. */
type DeclaredRule = Record<
  "direction" | "protocol" | "port" | "description",
  string | undefined
> & {
  sourceIps?: string[];
};

/** Log of the run; a line that cannot be delivered is dropped. */
const say = (line: string) => void pulumi.log.info(line).catch(() => undefined);
const warn = (line: string) => void pulumi.log.warn(line).catch(() => undefined);

/**
 * Hooks of the load balancers' firewall. An `up` reaches the hosts over SSH after the update of the firewall, so an update
 * that takes the SSH access of the machine that runs the `up` is refused before it: in a preview as in an `up`. The
 * cloud's update replaces all rules, so the hooks put the unexpired openings of `npm run admin:open` back.
 *
 * A creation without access is refused too, by an `up` alone: other machines may preview a stack that does not exist.
 */
export function lockoutHooks(args: LockoutArgs): pulumi.ResourceHookBinding {
  const lockout = new Lockout(args);
  // The engine calls hooks outside of the asynchronous context that log messages need.
  const hook = (
    name: string,
    work: (called: pulumi.ResourceHookArgs) => Promise<void>,
    options?: pulumi.ResourceHookOptions,
  ) => new pulumi.ResourceHook(name, AsyncResource.bind(work), options);
  const dry = { onDryRun: true };
  return {
    beforeCreate: [hook("access at the creation", (called) => lockout.beforeCreate(called), dry)],
    beforeUpdate: [hook("access after the update", (called) => lockout.beforeUpdate(called), dry)],
    afterUpdate: [hook("openings after the update", () => lockout.afterUpdate())],
  };
}

class Lockout {
  private readonly token: Promise<string>;
  private readonly isPreview: boolean;
  private openings: Rule[] = [];

  constructor(private readonly args: LockoutArgs) {
    this.isPreview = args.isPreview ?? pulumi.runtime.isDryRun();
    this.token = new Promise((resolve) =>
      pulumi.output(args.project.token).apply((token) => resolve(token)),
    );
  }

  /** @throws Error in an `up` from an address that is not in the list. */
  async beforeCreate({ newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    const after = sshBlocks(newInputs);
    const address = await this.args.address();
    if (address === undefined || isIn(after, address)) return;
    const text = refusal(after, address);
    if (this.isPreview || this.args.isAllowed) return warn(text);
    throw new Error(text);
  }

  /** @throws Error if the update takes the access of this machine, which neither an opening nor a consent allows. */
  async beforeUpdate({ oldInputs, oldOutputs, newInputs }: pulumi.ResourceHookArgs): Promise<void> {
    if (!this.isPreview) this.openings = await this.liveOpenings();
    const [before, after] = [sshBlocks(oldInputs ?? oldOutputs), sshBlocks(newInputs)];
    if (before.every((block) => after.includes(block))) return;
    const address = await this.args.address();
    if (address === undefined && after.some(isIpv4)) return;
    const isLost = address === undefined || (isIn(before, address) && !isIn(after, address));
    if (!isLost) return;
    const openings = this.isPreview ? await this.liveOpenings() : this.openings;
    const open = openings.flatMap(({ source_ips: blocks }) => blocks ?? []);
    if (address === undefined ? open.length > 0 : isIn(open, address)) return;
    const text = refusal(after, address);
    if (this.args.isAllowed) return warn(text);
    throw new Error(text);
  }

  /** Puts the openings back that the update removed. The engine takes a failed hook after an update for no failure. */
  async afterUpdate(): Promise<void> {
    const { openings } = this;
    if (openings.length === 0) return;
    const blocks = openings.flatMap(({ source_ips: ips }) => ips ?? []).join(", ");
    try {
      const firewall = await this.firewall();
      await firewall.change((rules) => [...rules.filter((rule) => !deadlineOf(rule)), ...openings]);
      say(`SSH stays open to ${blocks}, as npm run admin:open has it`);
    } catch (error) {
      const { message } = error as Error;
      warn(`SSH is closed to ${blocks}, open it again with npm run admin:open: ${message}`);
    }
  }

  /** Unexpired openings; none if the API does not tell, which its update of the firewall then reports. */
  private async liveOpenings(): Promise<Rule[]> {
    const { now = () => new Date() } = this.args;
    try {
      return closed(await (await this.firewall()).rules(), now()).filter(deadlineOf);
    } catch {
      return [];
    }
  }

  private async firewall(): Promise<Firewall> {
    const { firewall, project } = this.args;
    return new Firewall({ ...project, token: await this.token }, firewall);
  }
}

/** Blocks from which SSH passes, without those of openings. */
function sshBlocks(values: Record<string, unknown> | undefined): string[] {
  const rules = Array.isArray(values?.rules) ? (values.rules as DeclaredRule[]) : [];
  return rules
    .filter(({ direction, protocol, port }) => `${direction} ${protocol} ${port}` === "in tcp 22")
    .filter(({ description }) => !deadlineOf({ direction: "in", protocol: "tcp", description }))
    .flatMap(({ sourceIps = [] }) => sourceIps);
}

function isIn(blocks: readonly string[], address: string): boolean {
  return blocks.some((block) => isWithin(address, block));
}

function isIpv4(block: string): boolean {
  return !block.includes(":");
}

/** Refusal of a list without this machine; without an address, of a list that no machine can use. */
function refusal(after: readonly string[], address: string | undefined): string {
  const got = JSON.stringify(after);
  const [rule, seen, fix] =
    address === undefined
      ? [
          "must have an IPv4 block, since an up reaches the hosts over IPv4 alone",
          "",
          "an IPv4 block",
        ]
      : [
          "must contain the address of the machine that runs the up, which reaches the hosts over SSH",
          `, and this machine is seen with ${address}`,
          `${address}/32`,
        ];
  return (
    `webstack:admin.cidrs ${rule}, got ${got}${seen}, so the firewall stays as it is; add ${fix} to the list, or run the up from ` +
    "an address of the list (WEBSTACK_ADDRESS=<IPv4 address> names another address of this machine). If that is " +
    'meant, say so in the stack file: webstack:consent: ["delete access until <YYYY-MM-DD>"]'
  );
}
