import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config";
import type { Identity } from "../resources/naming";
import type { ReleaseFacts } from "../release/facts";
import type { AppProgram } from "../services/app/app-program";
import type { BundleRelease } from "../services/bundle";

/** Environment variable with the id of the turn to disturb the stack, from a command to the `up` that it runs. */
export const passedTurn = "WEBSTACK_TURN";
/** Stands for the address of this machine if the run finds it out once it matters. */
export const lookedUp = "looked up";
/** Environment variable with the IPv4 address with which the hosts see this machine. @default it is looked up */
export const namedAddress = "WEBSTACK_ADDRESS";

/** Arguments of a whole stack: the settings of a stack file, and what is read from other files. */
export interface WebStackArgs extends Settings {
  /** Names and labels of the stack. */
  identity: Identity;
  /** How the app runs, and its health check. */
  program: AppProgram;
  /** The app's release. */
  release: BundleRelease;
  /** Metadata of the release, as far as it is known. */
  facts: ReleaseFacts;
  /** Local path of the release's archive. @default the hosts fetch the release */
  archive?: string | undefined;
  /** Runtime of the release on the app nodes. */
  runtime: {
    /** Name for people, such as `Node.js 24.21.0`. @default the Node.js of the distribution */
    text?: string;
    /** SHA-256 and local path of its archive, and its directory on the hosts. @default nothing is pushed */
    pushed?: { digest: string; archive: string; root: string };
    /** Directory of the release with packages of Python. @default none */
    python?: string;
  };
  /** Programs of the hosts by name, each as one text. */
  programs: Readonly<Record<string, string>>;
  /** The API of the stack's project as this machine reaches it. */
  cloud: { endpoint: string; token: pulumi.Input<string> };
  /**
   * IPv4 address with which the hosts see this machine, such as `5.75.1.7`; or {@link lookedUp}. @default not known, so
   * that `admin.cidrs` may leave this machine out
   */
  ownAddress?: string | undefined;
  /** The day of the run. */
  today: Date;
  /** Id of the turn to disturb the stack that the calling command has. @default the run takes its own turn */
  turn?: string | undefined;
}

/** True if the stack file consents to the verb for one of the things, such as a node's name or its tier. */
export function hasConsent(
  { consent }: Pick<WebStackArgs, "consent">,
  verb: WebStackArgs["consent"][number]["verb"],
  ...things: readonly string[]
): boolean {
  return consent.some((line) => line.verb === verb && things.includes(line.what));
}
