import { type Finding, findingsOf } from "./finding";

const onTools = findingsOf("tools");

/** Oldest major version of Node.js for Pulumi's language host. Source: `engines` of `@pulumi/pulumi` 3.257.0. */
export const leastLanguageHostNode = 22;
/** Oldest Pulumi CLI, that of the project's SDK; also `requiredPulumiVersion` of `Pulumi.yaml`. */
export const leastPulumi = "3.257.0";

/** Programs and packages of this machine. */
export interface Tools {
  /**
   * Version of Node.js that runs the program, such as `22.11.0`: that of the search path without npm's folders, for a
   * stack of the Pulumi CLI. Undefined: there is none.
   */
  node: string | undefined;
  /** Oldest major version of Node.js that runs the program. */
  leastNode: number;
  /** Answer to `pulumi version`, such as `v3.257.0`; undefined: none, or the stack is on the local cloud. */
  pulumi?: string | undefined;
  /** Returns true if a program is on the search path. */
  has: (command: string) => boolean;
  /** True if the dependencies are installed and the sample app is built. */
  isInstalled: boolean;
  /** Missing programs of the local cloud, with their packages; undefined: the stack is not on the local cloud. */
  lacking?: readonly { command: string; debianPackage: string }[];
  /** True if this process may install packages. */
  isRoot: boolean;
}

/** Checks for the programs that an `up` runs. */
export function toolFindings(tools: Tools): Finding[] {
  const found = [...common(tools), ...(tools.lacking ? local(tools) : remote(tools))];
  if (found.some(({ level }) => level === "failure")) return found;
  return [onTools.ok(`Node.js ${tools.node!}, and all programs that an up runs`), ...found];
}

function common({ node, leastNode, has, isInstalled }: Tools): Finding[] {
  const install = `install Node.js ${leastNode} or newer`;
  return [
    ...(node === undefined ? [onTools.failure("node is not on the path", install)] : []),
    ...(node !== undefined && Number(node.split(".")[0]) < leastNode
      ? [onTools.failure(`Node.js must be ${leastNode} or newer, got ${node}`, install)]
      : []),
    ...(has("npm") ? [] : [onTools.failure("npm is not on the path", "install npm 10 or newer")]),
    ...(isInstalled ? [] : [onTools.failure("the dependencies are not installed", "run: npm ci")]),
  ];
}

/** The numbers of a version such as `v3.257.0`; undefined for any other text. */
function numbersOf(version: string): number[] | undefined {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version.trim());
  return found?.slice(1).map(Number);
}

/** True if a version is older than another one. */
function isOlder(version: readonly number[], least: readonly number[]): boolean {
  const i = version.findIndex((number, at) => number !== least[at]);
  return i >= 0 && version[i]! < least[i]!;
}

function pulumiFindings({ has, pulumi }: Tools): Finding[] {
  const page = "https://www.pulumi.com/docs/install/";
  const install = `install the Pulumi CLI ${leastPulumi} or newer: ${page}`;
  if (!has("pulumi")) return [onTools.failure("pulumi is not on the path", install)];
  const version = numbersOf(pulumi ?? "");
  if (version && !isOlder(version, numbersOf(leastPulumi)!)) return [];
  const got = pulumi === undefined ? "no answer to `pulumi version`" : pulumi.trim();
  return [onTools.failure(`the Pulumi CLI must be ${leastPulumi} or newer, got ${got}`, install)];
}

function remote(tools: Tools): Finding[] {
  const { has } = tools;
  return [
    ...pulumiFindings(tools),
    ...(has("ssh")
      ? []
      : [
          onTools.failure(
            "ssh is not on the path",
            "install it: sudo apt-get install openssh-client",
          ),
        ]),
  ];
}

function local({ lacking = [], isRoot, has }: Tools): Finding[] {
  const engine = has("pulumi") || has("go");
  const all = engine ? lacking : [...lacking, { command: "go", debianPackage: "golang-go" }];
  if (all.length === 0) return [];
  const programs = all.map(({ command }) => command).join(", ");
  const packages = [...new Set(all.map(({ debianPackage }) => debianPackage))].join(" ");
  if (isRoot)
    return [onTools.note(`missing programs: ${programs}; npm run up:local installs ${packages}`)];
  return [
    onTools.failure(`missing programs: ${programs}`, `run: sudo apt-get install ${packages}`),
  ];
}

const onStackFile = findingsOf("stack file");

/**
 * Findings for the problems of a stack file, in the schema's own words: key, rule, value found, fix.
 *
 * @param problems one sentence each.
 * @param hidden names of encrypted settings that this machine cannot decrypt, and so cannot check.
 */
export function stackFileFindings(
  file: string,
  problems: readonly string[],
  hidden: readonly string[] = [],
): Finding[] {
  const found = [...new Set(problems)].map((problem) => {
    // The schema's sentences end with the remedy.
    const [, text = problem, fix] = /^(.*); ([^;]+)$/s.exec(problem) ?? [];
    return onStackFile.failure(text, fix);
  });
  const closed =
    hidden.length === 0
      ? []
      : [
          onStackFile.note(
            `${hidden.join(", ")} could not be decrypted here`,
            "log in to the stack's backend with pulumi login, and give PULUMI_CONFIG_PASSPHRASE if it has a passphrase",
          ),
        ];
  const valid = closed.length > 0 ? "is valid as far as it could be read" : "is valid";
  return found.length > 0 ? [...found, ...closed] : [onStackFile.ok(`${file} ${valid}`), ...closed];
}
