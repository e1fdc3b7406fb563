import * as pulumi from "@pulumi/pulumi";
import { deployedApp } from "./app-source";
import { readProject, readSettings } from "./config";
import { hostPrograms } from "./host-programs";
import { webStack, type WebStackOutputs } from "./web-stack";

/** The stack that the current stack file describes. */
export function program(): WebStackOutputs {
  const today = new Date();
  const settings = readSettings(__dirname, today);
  return webStack({
    ...settings,
    ...deployedApp(settings, __dirname),
    identity: { project: pulumi.getProject(), stack: pulumi.getStack() },
    programs: hostPrograms(),
    cloud: readProject(),
    today,
  });
}
