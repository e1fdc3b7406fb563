import { quoted } from "../operate/shell-word";

const unitPath = "/etc/systemd/system/app@.service";
/**
 * Directives of a unit for starting and stopping its program; all other directives define what the program may do and
 * see.
 */
const ofTheProgram =
  /^(Type|NotifyAccess|SyslogIdentifier|Exec\w+|Restart\w*|WatchdogSec|Timeout\w+|KillMode|SuccessExitStatus)$/;

/** Command that prints the names of the app's processes on a node, and the text of their unit. */
export const askForUnit = `systemctl list-units --all --full --plain --no-legend 'app@*.service'; echo; cat ${unitPath}`;

/**
 * The command that runs a program as the app's processes run: with their user, directory, environment and sandbox. The
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
    // systemd must not expand variables in the command's words.
    "--expand-environment=no",
    ...properties.map((property) => `--property=${property}`),
    // `env` finds the program by the PATH of that environment.
    ...["--", "/usr/bin/env", ...(words.length > 0 ? words : ["/bin/bash"])],
  ];
  return run.map(quoted).join(" ");
}

/**
 * The directives of a unit that define what its program may do and see, as properties for `systemd-run`, such as
 * `User=app`.
 *
 * @param text text of a template unit.
 * @param instance instance that it stands for, such as `3101`: systemd replaces `%i` in a file alone.
 */
export function unitProperties(text: string, instance: string): string[] {
  const [, service = ""] = /^\[Service\]\n([^]*?)(?=^\[|$(?![^]))/m.exec(text) ?? [];
  return service.split("\n").flatMap((line) => {
    const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name === "" || ofTheProgram.test(name)) return [];
    return [
      `${name}=${value.replace(/%(.)/g, (_, letter) => (letter === "i" ? instance : letter))}`,
    ];
  });
}
