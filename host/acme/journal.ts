/** Problems that the journal has, by what they are about. */
const complaints = new Map<string, string>();

/** Writes a line of the journal. @param level priority of syslog, 3 for an error to 6 for information. */
export function log(level: 3 | 4 | 5 | 6, text: string): void {
  console.log(`<${level}>${text}`);
}

/** Logs a problem once, and again when its text changes; undefined ends the problem. */
export function logProblem(about: string, text: string | undefined): void {
  if (complaints.get(about) === text) return;
  if (text === undefined) complaints.delete(about);
  else {
    complaints.set(about, text);
    log(4, `${about}: ${text}`);
  }
}
