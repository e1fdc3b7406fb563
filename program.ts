import { isIPv4 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { deployedApp } from "./app-source";
import { readSettings, type Settings } from "./config";
import { ownCertificateWarning } from "./config/own-certificate";
import { variableWarnings } from "./config/secret-variables";
import { configSecrets, readProject } from "./config/secrets";
import { isLocalEndpoint, machineArchitecture } from "./config/runtime";
import { hostPrograms } from "./host-programs";
import { lookedUp, namedAddress, passedTurn } from "./web-stack/args";
import { webStack, type WebStackOutputs } from "./web-stack";

/** Environment variable with the digest of a release that `npm run deploy` has packed already. */
export const packedRelease = "WEBSTACK_PACKED_RELEASE";

/** Builds the stack of the current stack file. */
export function program(): WebStackOutputs {
  const today = new Date();
  const settings = readSettings(__dirname, today);
  tellPin(settings);
  tellBackups(settings);
  tellSecrets(settings);
  tellCertificate(settings, today);
  const cloud = readProject();
  const around = {
    secrets: configSecrets(),
    ...(isLocalEndpoint(cloud.endpoint) ? { architecture: machineArchitecture() } : {}),
  };
  return webStack({
    ...settings,
    ...withoutTrace(() => deployedApp(settings, __dirname, process.env[packedRelease], around)),
    identity: { project: pulumi.getProject(), stack: pulumi.getStack() },
    programs: hostPrograms(),
    cloud,
    today,
    turn: process.env[passedTurn],
    ownAddress: ownAddress(process.env[namedAddress], isLocalEndpoint(cloud.endpoint)),
  });
}

/**
 * The address with which the hosts see this machine. A cloud on this machine may have no hosts, so nothing is looked up
 * for it: `npm run up:local` names the address.
 */
function ownAddress(named: string | undefined, isLocal: boolean): string | undefined {
  if (named === undefined || named === "") return isLocal ? undefined : lookedUp;
  if (isIPv4(named)) return named;
  throw new Error(
    `${namedAddress} must be an IPv4 address such as 5.75.1.7, got ${JSON.stringify(named)}; SSH reaches the hosts over IPv4 alone`,
  );
}

/** Logs that a release is pinned, because a newly built release is not deployed then. */
function tellPin({ app: { release } }: Settings): void {
  if (release === undefined) return;
  void pulumi.log.info(
    `webstack:app.release pins the release ${release.slice(0, 12)}, whatever app.path or app.url hold; npm run deploy removes it`,
  );
}

/** Warns of a protected stack without backups. */
function tellBackups({ protect, backups }: Settings): void {
  if (!protect || backups) return;
  void pulumi.log.warn(
    "webstack:backups is not set, so data that is lost on all database nodes cannot be restored; see docs/backups.md",
  );
}

/** Warns of variables in clear text that look like secrets. */
function tellSecrets({ app: { env } }: Settings): void {
  for (const warning of variableWarnings(env)) void pulumi.log.warn(warning);
}

/** Warns of a certificate of the stack file that ends soon, or has ended. */
function tellCertificate({ edgeTls, loadBalancers: { tls } }: Settings, today: Date): void {
  // An authority's certificate follows the stack file's.
  if (edgeTls.mode === "acme") return;
  const warning = tls && ownCertificateWarning(tls.certificate, today);
  if (warning !== undefined) void pulumi.log.warn(warning);
}

/** The result of `step`, whose refusals of the app become errors that the engine prints without a stack trace. */
function withoutTrace<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    // A refusal is a plain Error; an error of Node.js has a code, and a mistake in this program is a TypeError or such.
    if (!(error instanceof Error) || error.name !== "Error" || "code" in error) throw error;
    throw new pulumi.RunError(error.message);
  }
}
