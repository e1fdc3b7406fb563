import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isWithin } from "../../config/addresses";
import { cloudName } from "../../resources/naming";
import type { CloudProject } from "../../rolling/cloud-api";
import { localStackName, projectName, repositoryRoot } from "../local/paths";
import { Firewall } from "../../rolling/admin-firewall";
import { closed, deadlineOf, opened, type Rule } from "../../rolling/admin-openings";

/** Dependencies of the commands. */
export interface Opening {
  project: CloudProject;
  /** Name of the stack; undefined is the local one. */
  stack: string | undefined;
  say: (line: string) => void;
  /** The time. @default the clock's */
  now?: () => Date;
  /** Directory with the record of the openings of this checkout. @default `.webstack/<stack>` of the checkout */
  directory?: string;
}

function firewallOf({ project, stack = localStackName }: Opening): Firewall {
  const identity = { project: projectName(), stack: stack.split("/").at(-1)! };
  return new Firewall(project, cloudName(identity, "edge"));
}

/**
 * Record of the blocks that this checkout opened and did not close yet: with it a cancelled run closes them without
 * knowing the public address.
 */
function noteOf({ stack = localStackName, directory }: Opening): string {
  return join(directory ?? join(repositoryRoot, ".webstack", stack), "admin-open");
}

/**
 * Opens SSH of the load balancers to a block for some minutes; does nothing if a rule of the stack itself lets the
 * block in.
 */
export async function open(opening: Opening, block: string, minutes: number): Promise<void> {
  const { say, now = () => new Date() } = opening;
  const firewall = firewallOf(opening);
  const lasting = (await firewall.rules()).find((rule) => letsIn(rule, block));
  if (lasting) return say(`${block} is let in by ${lasting.source_ips!.join(", ")} already`);
  const until = new Date(now().getTime() + minutes * 60_000);
  const note = noteOf(opening);
  mkdirSync(join(note, ".."), { recursive: true, mode: 0o700 });
  // Written before the rule: a run that is cancelled in between closes too much, not too little.
  writeFileSync(note, block, { mode: 0o600 });
  await firewall.change((rules) => opened(rules, block, until, now()));
  say(`SSH of the load balancers is open to ${block} until ${until.toISOString()}`);
}

/**
 * Removes the openings for an address, of this checkout, or all; and always the expired ones.
 *
 * @param blocks whose openings are removed. @default those of this checkout
 */
export async function close(opening: Opening, blocks?: readonly string[] | "all"): Promise<void> {
  const { say, now = () => new Date() } = opening;
  const note = noteOf(opening);
  const noted = existsSync(note) ? [readFileSync(note, "utf8").trim()] : [];
  const firewall = firewallOf(opening);
  const before = await firewall.rules();
  const after = await firewall.change((rules) => closed(rules, now(), blocks ?? noted));
  rmSync(note, { force: true });
  const isLeft = (rule: Rule) => after.some((one) => JSON.stringify(one) === JSON.stringify(rule));
  const gone = before.filter((rule) => deadlineOf(rule) && !isLeft(rule));
  for (const { source_ips: ips } of gone) say(`SSH is closed to ${ips?.join(", ")} again`);
  if (gone.length === 0) say("nothing was open");
}

/** True for a rule of the stack itself by which SSH from a block passes. */
function letsIn(rule: Rule, block: string): boolean {
  const { direction, protocol, port, source_ips: sources } = rule;
  const isSsh = direction === "in" && protocol === "tcp" && port === "22";
  return isSsh && !deadlineOf(rule) && !!sources?.some((outer) => isWithin(block, outer));
}
