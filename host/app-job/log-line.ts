/** Writes a line to the journal; levels as in syslog: 3 error, 4 warning, 6 information. */
export function logLine(level: 3 | 4 | 6, text: string): void {
  console.log(`<${level}>${text}`);
}
