import * as pulumi from "@pulumi/pulumi";
import { checkedSettings } from "../../config";
import { readProject, sharedToken } from "../../config/secrets";
import { isCidr } from "../../config/addresses";
import { settingsSchema } from "../../config/schema";
import { adminBlocks } from "../../config/short-settings";
import { decodeSettings, valueAt } from "../../config/stack-file";
import { callsTo } from "../../doctor/api";
import type { Subject } from "../../doctor/examine";
import { projectName, repositoryRoot } from "../local/paths";
import { operatorStore } from "../restore/operator-store";
import type { S3Target } from "../../host/archiver/store/s3";
import { type FoundSettings, standIn } from "./settings";

/** Facts about a stack, from its settings. */
export type StackPart = Pick<Subject, "stackFile" | "tokens" | "bucket" | "copy">;

/** Settings with a token of the API. */
const tokenSettings = { shared: "hcloud:token", own: "webstack:loadBalancers.api.token" } as const;

/** Reads the settings as the program does. Secrets that were not decrypted are not checked. */
export function stackPart(
  name: string,
  found: FoundSettings,
  today: Date,
  directory = repositoryRoot,
): StackPart {
  const { values, secretKeys, hidden, problem } = found;
  const isHidden = (setting: string) =>
    hidden.some((one) => one === setting || one.startsWith(`${setting}.`));
  pulumi.runtime.setAllConfig(values, secretKeys);
  const raw = decodeSettings(values, settingsSchema);
  const { settings, problems } = checkedSettings(directory, today, name, projectName(directory));
  const reported = problem === undefined ? problems : [problem];
  // A name may begin with another one, as KEY_2 with KEY.
  const aboutHidden = (text: string) =>
    hidden.some((one) =>
      text
        .split(one)
        .slice(1)
        .some((rest) => !/^\w/.test(rest)),
    );
  const cidrs = adminBlocks(raw);
  const endpoint = readProject().endpoint;
  const known = [
    { setting: tokenSettings.shared, token: sharedToken(values) },
    { setting: tokenSettings.own, token: valueAt(raw, ["loadBalancers", "api", "token"]) },
  ];
  const storeOf = (key: "target" | "copy") => {
    const target = valueAt(raw, ["backups", key]);
    const found = settings?.backups?.[key];
    if (!found || !target) return "none";
    if (isHidden("webstack:backups")) return "unknown";
    if (!("sftp" in found)) return operatorStore(target as S3Target);
    const privateKey = valueAt(raw, ["backups", key, "sftp", "privateKey"]);
    // A key that the stack generated is in its state alone.
    if (typeof privateKey !== "string") return "unknown";
    return operatorStore({ sftp: found.sftp, privateKey });
  };
  return {
    stackFile: {
      name,
      problems: reported.filter((text) => !aboutHidden(text)),
      hidden,
      ...(problem === undefined && settings ? { settings } : {}),
      ...(raw.adminCidr === undefined ? {} : { cidrsKey: "webstack:adminCidr" }),
      cidrs: (Array.isArray(cidrs) ? cidrs : []).filter(
        (one): one is string => typeof one === "string" && isCidr(one),
      ),
    },
    tokens: known.flatMap(({ setting, token }) =>
      typeof token === "string" && token !== standIn && !isHidden(setting)
        ? [{ setting, call: callsTo(endpoint, token) }]
        : [],
    ),
    bucket: storeOf("target"),
    copy: storeOf("copy"),
  };
}
