import { quoted } from "../operate/shell-word";
import type { Journal, LogsAsked } from "./asked-logs";

/**
 * The command that prints a node's journal as JSON, an entry a line. One that follows ends with its standard
 * input, so that nothing is left on the node when whoever reads it is gone.
 */
export function journalCommand(
  { units = [] }: Pick<Journal, "units">,
  { follow, since, entries }: Pick<LogsAsked, "follow" | "since" | "entries">,
): string {
  const words = [
    ...["journalctl", "--output=json", "--no-pager", "--quiet"],
    "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID",
    `--lines=${entries ?? "all"}`,
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...units.map((unit) => `--unit=${unit}`),
  ];
  const plain = words.map(quoted).join(" ");
  if (!follow) return `sudo ${plain}`;
  const ending = "(cat <&3; kill $reader) >/dev/null 2>&1";
  const script = `exec 3<&0; ${plain} --follow </dev/null & reader=$!; ${ending} & wait $reader`;
  return `sudo sh -c ${quoted(script)}`;
}
