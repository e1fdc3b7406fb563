import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { actionEnded, type CloudProject, cloudCall } from "./cloud-api";
import { type Rule, ruleShape, sendable } from "./admin-openings";

const listShape = z.object({
  firewalls: z.array(z.object({ id: z.number(), name: z.string(), rules: z.array(ruleShape) })),
});
const startedShape = z.object({ actions: z.array(z.object({ id: z.number() })) });
/** Number of attempts to write the rules while another client changes them at the same time. */
const maxWrites = 4;

/** One firewall of a project, by its name. */
export class Firewall {
  constructor(
    private readonly project: CloudProject,
    private readonly name: string,
  ) {}

  /** The firewall's rules. @throws Error if there is no such firewall. */
  async rules(): Promise<Rule[]> {
    return (await this.read()).rules;
  }

  /**
   * Changes the rules. The API replaces all rules at once, without a condition. So this method reads the rules
   * afterwards, and repeats the change if another client wrote in between.
   *
   * @param change maps the present rules to the wanted ones; equal rules are not written.
   * @throws Error if there is no such firewall, or the API refuses.
   */
  async change(change: (rules: readonly Rule[]) => Rule[]): Promise<Rule[]> {
    for (let tries = 0; tries < maxWrites; tries++) {
      const { id, rules } = await this.read();
      const wanted = change(rules);
      if (isSame(rules, wanted)) return rules;
      await this.write(id, wanted);
    }
    const { rules } = await this.read();
    if (isSame(rules, change(rules))) return rules;
    throw new Error(
      `firewall ${this.name} had other rules again after each of ${maxWrites} writes; see who else changes it, then try again`,
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
    for (const { id: action } of startedShape.parse(answer).actions)
      await actionEnded(this.project, action);
  }
}

/** True for equal rules in any order: the API need not keep the order. */
function isSame(a: readonly Rule[], b: readonly Rule[]): boolean {
  const sorted = (rules: readonly Rule[]) => rules.map((rule) => JSON.stringify(sorting(rule)));
  return isDeepStrictEqual(sorted(a).sort(), sorted(b).sort());
}

function sorting(rule: Rule): unknown {
  return Object.entries(sendable(rule)).sort(([a], [b]) => a.localeCompare(b));
}
