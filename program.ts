import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type AppSource, readSettings } from "./config";
import { hostPrograms } from "./host-programs";
import { packRelease } from "./release";
import { webStack, type WebStackOutputs } from "./web-stack";

/** Where releases live on the hosts, and how many: the running one, and two to go back to. */
const releasePlace = { root: "/srv/app", keep: 3 };

/** The stack that the current stack file describes. */
export function program(): WebStackOutputs {
  const settings = readSettings(__dirname);
  return webStack({
    ...settings,
    ...appRelease(settings.app.source),
    identity: { project: pulumi.getProject(), stack: pulumi.getStack() },
    programs: hostPrograms(),
  });
}

/** The release as the hosts know it, and the local archive if it is to be pushed. */
function appRelease(source: AppSource) {
  if ("url" in source) {
    const { url, sha256: digest } = source;
    return { release: { digest, url, ...releasePlace }, archive: undefined };
  }
  const { digest, archive } = packRelease(source.path, join(__dirname, ".webstack", "releases"));
  return { release: { digest, ...releasePlace }, archive };
}
