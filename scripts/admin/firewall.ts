import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type CloudProject, cloudCall } from "../../rolling/cloud-api";
import { waitUntil } from "../local/wait-until";
import { type Rule, ruleShape, sendable } from "./opening";

const listShape = z.object({
  firewalls: z.array(z.object({ id: z.number(), name: z.string(), rules: z.array(ruleShape) })),
});
const startedShape = z.object({ actions: z.array(z.object({ id: z.number() })) });
const actionShape = z.object({
  action: z.object({
    status: z.enum(["running", "success", "error"]),
    error: z.object({ message: z.string() }).nullish(),
  }),
});

/** Longest wait for a firewall to be as wanted, seconds. */
const actionSeconds = 120;
/** How often the rules are written if somebody else writes them at the same time. */
const mostWrites = 4;

/** One firewall of a project, by its name. */
export class Firewall {
  constructor(
    private readonly project: CloudProject,
    private readonly name: string,
  ) {}

  /** Its rules. @throws Error if there is no such firewall. */
  async rules(): Promise<Rule[]> {
    return (await this.read()).rules;
  }

  /**
   * Changes the rules. The API replaces all of them at once and knows no condition, so it is looked afterwards whether
   * somebody else wrote in between; then it is done again.
   *
   * @param change rules that are there to rules that are wanted; equal ones are not written.
   * @throws Error if there is no such firewall, or the API refuses.
   */
  async change(change: (rules: readonly Rule[]) => Rule[]): Promise<Rule[]> {
    for (let tries = 0; tries < mostWrites; tries++) {
      const { id, rules } = await this.read();
      const wanted = change(rules);
      if (isSame(rules, wanted)) return rules;
      await this.write(id, wanted);
    }
    const { rules } = await this.read();
    if (isSame(rules, change(rules))) return rules;
    throw new Error(
      `firewall ${this.name} had other rules again after each of ${mostWrites} writes; see who else changes it, then try again`,
    );
  }

  private async read() {
    const query = `/firewalls?name=${encodeURIComponent(this.name)}`;
    const [found] = listShape.parse(await cloudCall(this.project, "GET", query)).firewalls;
    if (found) return found;
    throw new Error(
      `the project of the token has no firewall ${this.name}; its first up makes it, from where admin.cidrs allows SSH`,
    );
  }

  private async write(id: number, rules: readonly Rule[]): Promise<void> {
    const path = `/firewalls/${id}/actions/set_rules`;
    const answer = await cloudCall(this.project, "POST", path, { rules: rules.map(sendable) });
    if (answer === undefined) throw new Error(`firewall ${this.name} went away meanwhile`);
    for (const { id: action } of startedShape.parse(answer).actions) await this.ended(action);
  }

  private async ended(id: number): Promise<void> {
    const look = async () => {
      const answer = await cloudCall(this.project, "GET", `/actions/${id}`);
      const { action } = actionShape.parse(answer);
      return action.status === "running" ? undefined : action;
    };
    const options = { timeoutSeconds: actionSeconds, intervalMs: 500 };
    const end = await waitUntil(`the end of action ${id}`, look, options);
    if (end.status === "error") throw new Error(`action ${id}: ${end.error?.message}`);
  }
}

/** Equal rules in any order: the API need not keep it. */
function isSame(a: readonly Rule[], b: readonly Rule[]): boolean {
  const sorted = (rules: readonly Rule[]) => rules.map((rule) => JSON.stringify(sorting(rule)));
  return isDeepStrictEqual(sorted(a).sort(), sorted(b).sort());
}

function sorting(rule: Rule): unknown {
  return Object.entries(sendable(rule)).sort(([a], [b]) => a.localeCompare(b));
}
