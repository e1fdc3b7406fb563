import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { settingsSchema } from "./schema";
import { secretSettings } from "./setting";
import { decodeSettings, valueAt, type RawSettings, isSecret, namespace } from "./stack-file";
import { redacted } from "./messages";
import type { HiddenValues } from "./problems";

/** Every secret text of the current stack file; no output may contain one. */
export function configSecrets(): string[] {
  const all = pulumi.runtime.allConfig();
  const raw = decodeSettings(all, settingsSchema);
  const token = sharedToken(all);
  return [
    ...secretSettings(settingsSchema).flatMap(({ path }) => texts(valueAt(raw, path))),
    ...(token === undefined ? [] : [token]),
  ];
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** The token with which the program itself calls the API. */
export function sharedToken(all: Record<string, string>): string | undefined {
  return all["hcloud:token"] ?? process.env.HCLOUD_TOKEN;
}

/** Default endpoint of the Hetzner API. */
const officialEndpoint = "https://api.hetzner.cloud/v1";

/** Endpoint and token of the hcloud provider, with which `pulumi up` itself calls the API. */
export function readProject(): { endpoint: string; token: pulumi.Output<string> } {
  const all = pulumi.runtime.allConfig();
  const endpoint = all["hcloud:endpoint"] ?? process.env.HCLOUD_ENDPOINT ?? officialEndpoint;
  return { endpoint, token: pulumi.secret(sharedToken(all) ?? "") };
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

/**
 * Encrypted values of settings that are not secret. For a list or map the engine only reports that
 * a part is encrypted. If the value contains a secret setting, that setting is the encrypted part; lists and maps
 * still stay hidden, because they may contain the secret one level too deep. Without a secret setting the whole
 * value stays hidden.
 */
export function hiddenValues(raw: RawSettings, schema: z.ZodType): HiddenValues {
  const secrets = secretSettings(schema);
  const explained = new Set(
    secrets.filter(({ path }) => valueAt(raw, path) !== undefined).map(({ path }) => path[0]),
  );
  return ([key], found) => {
    if (!isSecret(`${namespace}:${String(key)}`)) return false;
    return !explained.has(String(key)) || (typeof found === "object" && found !== null);
  };
}

const quotedValue = /^(webstack:([A-Za-z]+).*?, got )(.*)(; .*)$/s;

/** Removes a hidden value from a sentence about several settings. */
export function withoutHidden(problem: string, hides: HiddenValues): string {
  const [, start, key, found, end] = quotedValue.exec(problem) ?? [];
  const isMap = /^[[{]/.test(found ?? "");
  if (key !== undefined && hides([key], isMap ? {} : found)) {
    return `${start}a value that is hidden here${end}`;
  }
  return problem;
}
