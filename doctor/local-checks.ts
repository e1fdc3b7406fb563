import { type Finding, findingsOf } from "./finding";

const onTools = findingsOf("tools");

/** Programs and packages of this machine. */
export interface Tools {
  /** Version of Node.js, such as `22.11.0`. */
  node: string;
  /** Oldest major version of Node.js that the project supports. */
  leastNode: number;
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
  return [onTools.ok(`Node.js ${tools.node}, and all programs that an up runs`), ...found];
}

function common({ node, leastNode, has, isInstalled }: Tools): Finding[] {
  return [
    ...(Number(node.split(".")[0]) < leastNode
      ? [onTools.failure(`Node.js is ${node}`, `install Node.js ${leastNode} or newer`)]
      : []),
    ...(has("npm") ? [] : [onTools.failure("npm is not on the path", "install npm 10 or newer")]),
    ...(isInstalled ? [] : [onTools.failure("the dependencies are not installed", "run: npm ci")]),
  ];
}

function remote({ has }: Tools): Finding[] {
  const pulumi = "install the Pulumi CLI: https://www.pulumi.com/docs/install/";
  return [
    ...(has("pulumi") ? [] : [onTools.failure("pulumi is not on the path", pulumi)]),
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
