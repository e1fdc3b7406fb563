/** Settings of a unit that are about running its program, not about what the program may and sees. */
const ofTheProgram =
  /^(Type|NotifyAccess|Exec\w+|Restart\w*|WatchdogSec|Timeout\w+|KillMode|SuccessExitStatus)$/;

/**
 * What a unit lets its program do and see, as properties for `systemd-run`, such as `User=app`.
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
