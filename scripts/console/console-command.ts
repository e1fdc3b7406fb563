import { quoted } from "../operate/shell-word";
import { unitProperties } from "./unit-properties";

const unitPath = "/etc/systemd/system/app@.service";

/** Command that prints the names of the app's processes on a node, and the text of their unit. */
export const askForUnit = `systemctl list-units --all --full --plain --no-legend 'app@*.service'; echo; cat ${unitPath}`;

/**
 * The command that runs something as the app's processes are run: user, directory, environment, sandbox. The
 * environment's secrets come from the unit's file, as for the processes, and are in no argument.
 *
 * @param answer what {@link askForUnit} printed.
 * @param words command with its arguments; empty: a shell.
 * @param terminal whether it has a terminal.
 * @throws Error if the node runs no app.
 */
export function consoleCommand(
  answer: string,
  words: readonly string[],
  terminal: boolean,
): string {
  const [, instance] = /^app@(\S+)\.service/m.exec(answer) ?? [];
  if (instance === undefined) throw new Error("no process of an app is known to systemd there");
  const properties = unitProperties(answer, instance);
  const run = [
    ...["sudo", "systemd-run", "--quiet", "--collect", "--wait", terminal ? "--pty" : "--pipe"],
    // What the command's own words hold is no business of systemd.
    "--expand-environment=no",
    ...properties.map((property) => `--property=${property}`),
    // The environment's own path says where a program is.
    ...["--", "/usr/bin/env", ...(words.length > 0 ? words : ["/bin/bash"])],
  ];
  return run.map(quoted).join(" ");
}
