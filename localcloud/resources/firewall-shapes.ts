import { z } from "zod";
import { block, canonicalIpv6Block } from "../addresses";
import { invalidInput } from "../errors";
import type { WireRule } from "../model";

/** Rules that a firewall takes. Source: API reference, firewalls. */
const maxRules = 50;

/** A rule as clients send it. */
export const ruleShape = z.object({
  direction: z.enum(["in", "out"]),
  protocol: z.enum(["tcp", "udp", "icmp", "esp", "gre"]),
  port: z.string().nullish(),
  source_ips: z.array(z.string()).nullish(),
  destination_ips: z.array(z.string()).nullish(),
  description: z.string().max(255).nullish(),
});

/** What a firewall is applied to, as clients send it. */
export const targetShape = z.union([
  z.object({ type: z.literal("server"), server: z.object({ id: z.number().int() }) }),
  z.object({
    type: z.literal("label_selector"),
    label_selector: z.object({ selector: z.string() }),
  }),
]);

type RuleBody = z.infer<typeof ruleShape>;

/** True for `80`, `80-85` and `any`. */
function isPort(text: string): boolean {
  if (text === "any") return true;
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  return Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= 65_535;
}

function checkPort({ protocol, port }: RuleBody, field: string): void {
  const needsPort = protocol === "tcp" || protocol === "udp";
  if (needsPort && !isPort(port ?? "")) {
    throw invalidInput({ name: field, message: "port is required: 80, 80-85 or any" });
  }
  if (!needsPort && port) {
    throw invalidInput({ name: field, message: "port is not allowed for the protocol" });
  }
}

function canonicalBlock(cidr: string, field: string): string {
  const found = cidr.includes(":")
    ? canonicalIpv6Block(cidr)
    : cidr.includes("/") && block(cidr) && cidr;
  if (!found) throw invalidInput({ name: field, message: `'${cidr}' is not a CIDR block` });
  return found;
}

function checkedRule(rule: RuleBody, i: number): WireRule {
  checkPort(rule, `rules.${i}.port`);
  const name = rule.direction === "in" ? "source_ips" : "destination_ips";
  if ((rule[name] ?? []).length === 0) {
    throw invalidInput({ name: `rules.${i}.${name}`, message: "must list CIDR blocks" });
  }
  const blocks = (key: "source_ips" | "destination_ips") =>
    (rule[key] ?? []).map((cidr) => canonicalBlock(cidr, `rules.${i}.${key}`));
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    port: rule.port ?? null,
    source_ips: blocks("source_ips"),
    destination_ips: blocks("destination_ips"),
    description: rule.description ?? null,
  };
}

/** Rules as they are kept. @throws ApiError `invalid_input` with the rule and the field. */
export function checkedRules(rules: RuleBody[]): WireRule[] {
  if (rules.length > maxRules) {
    throw invalidInput({ name: "rules", message: `at most ${maxRules} rules are allowed` });
  }
  return rules.map(checkedRule);
}
