import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config";
import type { Identity } from "../resources/naming";
import type { ReleaseFacts } from "../release/facts";
import type { AppProgram } from "../services/app/app-program";
import type { BundleRelease } from "../services/bundle";

/** Arguments of a whole stack: what a stack file says, and what is read from files. */
export interface WebStackArgs extends Settings {
  /** Names and labels of the stack. */
  identity: Identity;
  /** How the app is run and asked for its health. */
  program: AppProgram;
  /** The app's release. */
  release: BundleRelease;
  /** What the release says of itself, as far as it is known. */
  facts: ReleaseFacts;
  /** Local path of the release's archive. @default the hosts fetch the release */
  archive?: string | undefined;
  /** What runs the release on the app nodes. */
  runtime: {
    /** In words, such as `Node.js 24.21.0`. @default the Node.js of the distribution */
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
  /** The day of the run. */
  today: Date;
}
