import * as pulumi from "@pulumi/pulumi";
import { deployedApp } from "./app-source";
import { readProject, readSettings } from "./config";
import { hostPrograms } from "./host-programs";
import { webStack, type WebStackOutputs } from "./web-stack";

/** Variable with the digest of a release that a deploy has packed: what runs here does not pack it again. */
export const packedRelease = "WEBSTACK_PACKED_RELEASE";

/** The stack that the current stack file describes. */
export function program(): WebStackOutputs {
  const today = new Date();
  const settings = readSettings(__dirname, today);
  return webStack({
    ...settings,
    ...deployedApp(settings, __dirname, process.env[packedRelease]),
    identity: { project: pulumi.getProject(), stack: pulumi.getStack() },
    programs: hostPrograms(),
    cloud: readProject(),
    today,
  });
}
