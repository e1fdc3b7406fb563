import { redacted } from "./printable";
import { type RawSettings, valueAt } from "./stack-file";

/** The token with which the program itself calls the API. */
export function sharedToken(all: Record<string, string>): string | undefined {
  return all["hcloud:token"] ?? process.env.HCLOUD_TOKEN;
}

/** Problems of `token`, which is the load balancers' own token or else the shared one. */
export function tokenProblems(raw: RawSettings, token: unknown): string[] {
  if (token === undefined) {
    return [
      "hcloud:token must be a Hetzner API token of 64 letters and digits, got nothing; " +
        "store it with: pulumi config set --secret hcloud:token",
    ];
  }
  const own = valueAt(raw, ["loadBalancers", "api", "token"]) !== undefined;
  if (own || /^[A-Za-z0-9]{64}$/.test(String(token))) return [];
  return [
    `hcloud:token must be a Hetzner API token of 64 letters and digits, got ${redacted(token)}; ` +
      "store it with: pulumi config set --secret hcloud:token",
  ];
}
