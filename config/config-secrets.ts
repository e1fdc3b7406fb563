import * as pulumi from "@pulumi/pulumi";
import { sharedToken } from "./api-token";
import { settingsSchema } from "./schema";
import { secretSettings } from "./setting";
import { decodeSettings, valueAt } from "./stack-file";

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
