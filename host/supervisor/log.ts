/** Writes a line to the journal. Levels as in syslog: 3 error, 4 warning, 5 notice, 6 information. */
export function log(level: 3 | 4 | 5 | 6, text: string): void {
  console.log(`<${level}>${text}`);
}
