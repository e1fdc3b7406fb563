import * as pulumi from "@pulumi/pulumi";
import { deployedApp } from "./app-source";
import { readProject, readSettings, type Settings } from "./config";
import { configSecrets } from "./config/config-secrets";
import { isLocalEndpoint, machineArchitecture } from "./config/runtime";
import { hostPrograms } from "./host-programs";
import { webStack, type WebStackOutputs } from "./web-stack";

/** Variable with the digest of a release that a deploy has packed: what runs here does not pack it again. */
export const packedRelease = "WEBSTACK_PACKED_RELEASE";

/** The stack that the current stack file describes. */
export function program(): WebStackOutputs {
  const today = new Date();
  const settings = readSettings(__dirname, today);
  tellPin(settings);
  tellBackups(settings);
  const cloud = readProject();
  const around = {
    secrets: configSecrets(),
    ...(isLocalEndpoint(cloud.endpoint) ? { architecture: machineArchitecture() } : {}),
  };
  return webStack({
    ...settings,
    ...deployedApp(settings, __dirname, process.env[packedRelease], around),
    identity: { project: pulumi.getProject(), stack: pulumi.getStack() },
    programs: hostPrograms(),
    cloud,
    today,
  });
}

/** Says that a release is pinned: whoever built another one would wait for it in vain. */
function tellPin({ app: { release } }: Settings): void {
  if (release === undefined) return;
  void pulumi.log.info(
    `webstack:app.release pins the release ${release.slice(0, 12)}, whatever app.path or app.url hold; npm run deploy removes it`,
  );
}

/** Warns of a stack that is worth protecting and has no backups. */
function tellBackups({ protect, backups }: Settings): void {
  if (!protect || backups) return;
  void pulumi.log.warn(
    "there are no backups: set webstack:backups, see docs/backups.md; what is lost on all database nodes is lost for good",
  );
}
