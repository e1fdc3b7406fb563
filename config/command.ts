/** Characters with a meaning to a shell outside of quotes. */
const shellSyntax = /[|&;<>()$`*?[\]{}~#!\\]/;
const port = /\$\{PORT\}|\$PORT(?![A-Za-z0-9_])/g;

/**
 * The words of a command that runs without a shell, or undefined if it needs one. Blanks separate
 * words; quotes keep blanks. `$PORT` is the only variable and becomes `${PORT}`: other variables
 * could be secrets, and every user of a host can read the arguments of a process.
 */
export function commandWords(text: string): string[] | undefined {
  const words: string[] = [];
  let rest = text.trim();
  if (/[\r\n\0]/.test(rest)) return undefined;
  while (rest !== "") {
    const [word, length] = firstWord(rest);
    if (word === undefined) return undefined;
    words.push(word);
    rest = rest.slice(length).trimStart();
  }
  const [program] = words;
  // `NAME=value program` is a shell's assignment; `-x` would be an option of the program that starts the command.
  return !program || /^-|=/.test(program) ? undefined : words;
}

/** The first word, and its length in the text. */
function firstWord(text: string): [string | undefined, number] {
  const [whole] = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(text) ?? [""];
  const rest = text[whole.length];
  if (rest !== undefined && /\S/.test(rest)) return [undefined, 0];
  const pieces = whole.match(/"[^"]*"|'[^']*'|[^"']+/g) ?? [];
  const read = pieces.map(unquoted);
  return [read.includes(undefined) ? undefined : read.join(""), whole.length];
}

function unquoted(piece: string): string | undefined {
  if (piece.startsWith("'")) return piece.includes("$") ? undefined : piece.slice(1, -1);
  const quoted = piece.startsWith('"');
  const syntax = quoted ? /[$`\\]/ : shellSyntax;
  if (syntax.test(piece.replace(port, ""))) return undefined;
  return (quoted ? piece.slice(1, -1) : piece).replace(port, "${PORT}");
}

/** The words of a command as one text, the inverse of {@link commandWords}. */
export function commandText(words: readonly string[]): string {
  return words.map(wordText).join(" ");
}

function wordText(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const pieces = word.split(/(\$\{PORT\}|'+)/).filter((piece) => piece !== "");
  if (pieces.length === 0) return "''";
  return pieces
    .map((piece) => {
      if (piece === "${PORT}") return "$PORT";
      return piece.startsWith("'") ? `"${piece}"` : `'${piece}'`;
    })
    .join("");
}

/** Placeholders `${name}` for values of the app's environment, with the meaning of each. */
export const placeholders = {
  "db.host": "address of the database proxy on the app's own host",
  "db.port": "port for writes",
  "db.readPort": "port for reads",
  "db.user": "user",
  "db.password": "password",
  "db.name": "name of the database",
  "db.caFile": "PEM file of the authority that signed the database's certificates",
} as const;

/** A name of {@link placeholders}. */
export type Placeholder = keyof typeof placeholders;

const form = /\$\{([^}]*)(\}|$)/g;

/** True if every `${…}` in `text` is a known placeholder. */
export function hasKnownPlaceholders(text: string): boolean {
  return [...text.matchAll(form)].every(
    ([, name, end]) => end === "}" && Object.hasOwn(placeholders, name!),
  );
}

/** Programs that build an app, which no host has. */
const packageManagers = ["npm", "npx", "yarn", "pnpm", "pnpx", "bun", "bunx"];

/**
 * Reason why hosts cannot run a command: its program is a package manager; undefined for any other program.
 *
 * @param isPresent true if a release or a package of the distribution has a program of that name.
 */
export function missingProgram(
  [program = ""]: readonly string[],
  isPresent: (program: string) => boolean,
): string | undefined {
  if (!packageManagers.includes(program) || isPresent(program)) return undefined;
  return (
    `no host has ${program}; name the program that it would start, with its arguments, such as node server.js ` +
    "or node_modules/.bin/next start"
  );
}
