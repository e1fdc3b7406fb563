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
