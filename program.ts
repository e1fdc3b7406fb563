import * as pulumi from "@pulumi/pulumi";
import { deployedApp } from "./app-source";
import { readSettings } from "./config";
import { hostPrograms } from "./host-programs";
import { webStack, type WebStackOutputs } from "./web-stack";

/** The stack that the current stack file describes. */
export function program(): WebStackOutputs {
  const settings = readSettings(__dirname);
  if (settings.protect && !settings.backups) {
    void pulumi.log.warn(
      "there are no backups: set webstack:backups, see docs/backups.md; what is lost on all database nodes is lost for good",
    );
  }
  return webStack({
    ...settings,
    ...deployedApp(settings, __dirname),
    identity: { project: pulumi.getProject(), stack: pulumi.getStack() },
    programs: hostPrograms(),
  });
}
