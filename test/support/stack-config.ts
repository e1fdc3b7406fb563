import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A token of the right form that no cloud knows. */
export const fakeToken = "T".repeat(64);

/** An operator's address, which the repository's stack files lack. */
export const ownAddress = "198.18.7.7";

/**
 * The configuration of `Pulumi.<stack>.yaml` as the engine hands it to the program, without the app's runtime: the
 * program would download it from npm. A file without an address gets one.
 */
export function stackConfig(stack: string): Record<string, string> {
  const file = join(__dirname, "..", "..", `Pulumi.${stack}.yaml`);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const app = config["webstack:app"] as { runtime?: unknown } | undefined;
  if (app) delete app.runtime;
  const texts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const { cidrs } = (config["webstack:admin"] ?? {}) as { cidrs?: unknown };
  return {
    "hcloud:token": fakeToken,
    ...(cidrs === undefined ? { "webstack:adminCidr": ownAddress } : {}),
    ...Object.fromEntries(texts),
  };
}
