import { output, type ResourceTransformation } from "@pulumi/pulumi";
import type { StackNode } from "../operate/outputs";
import { unusedKey } from "./edit-list";

/**
 * A mistake in a file that decides who can log in: the file's own checker accepts the mistake, and no login succeeds
 * with it.
 */
export interface Mistake {
  /** Name of the mistake on a command line. */
  name: string;
  /** Tier whose hosts get it. */
  role: StackNode["role"];
  /** True for the path of the file. */
  isIn: (path: string) => boolean;
  /** Returns the file with the mistake, given the correct file. */
  wrong: (content: string) => string;
}

/** Mistakes in each of the files that decide who can log in. */
export const mistakes: readonly Mistake[] = [
  {
    ...{ name: "sshd-line", role: "lb" },
    isIn: (path) => path === "/etc/ssh/sshd_config.d/10-webstack.conf",
    wrong: (content) => content.replace(/^AllowUsers .*$/m, "AllowUsers nobody"),
  },
  {
    ...{ name: "nftables-rule", role: "web" },
    isIn: (path) => path === "/etc/nftables.conf",
    // Before the first rule that accepts a port.
    wrong: (content) => content.replace(/^( *)[^#\n]*tcp dport .*$/m, "$1tcp dport 22 drop\n$&"),
  },
  {
    ...{ name: "key", role: "db" },
    isIn: (path) => path.startsWith("/etc/ssh/authorized_keys.d/"),
    wrong: (content) => content.replace(/^ssh-.*$/gm, unusedKey),
  },
];

/** The files of a host with a mistake in one of them. @throws Error if the mistake changes no file. */
export function mistaken(
  { name, isIn, wrong }: Mistake,
  files: Record<string, string>,
): Record<string, string> {
  const path = Object.keys(files).find(isIn);
  const content = path === undefined ? "" : wrong(files[path]!);
  if (path === undefined || content === files[path]) {
    throw new Error(`no file can have the mistake ${name}; adapt it to what is rendered now`);
  }
  return { ...files, [path]: content };
}

/** Puts a mistake into the configurations of its tier, as if the program rendered it. */
export function withMistake(mistake: Mistake): ResourceTransformation {
  return ({ type, name, props, opts }) => {
    const isConcerned = type === "host:index:Configuration" && name.startsWith(`${mistake.role}-`);
    if (!isConcerned) return undefined;
    const files = output(props.files as Record<string, string>).apply((right) =>
      mistaken(mistake, right),
    );
    return { props: { ...props, files }, opts };
  };
}
