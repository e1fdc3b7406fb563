import { generatedNotice } from "../text";

/** Arguments of an app node's variables. */
export interface AppVariablesArgs {
  /** Node name. */
  node: string;
  /** Password of the database user `app`: letters and digits, so nothing is escaped in a URL. */
  password: string;
  /** Secrets of sessions, letters and digits: the first one signs, all of them verify. */
  sessionSecrets: readonly string[];
}

/** The database as the app reaches it: through the proxy on its own host. */
const database = { host: "127.0.0.1", port: "3306", readPort: "3307", user: "app", name: "app" };

/**
 * All variables of the app: the stack's defaults, the user's own, whose values may hold
 * placeholders such as `${db.host}`, and the stack's fixed ones; later ones override earlier ones.
 *
 * @throws Error naming the variable and the placeholder if there is no such placeholder.
 */
export function appVariables(
  args: AppVariablesArgs,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const { node, password, sessionSecrets } = args;
  const { host, port, readPort, user, name } = database;
  const caFile = appSecretPaths.databaseCa;
  const values = {
    "db.host": host,
    "db.port": port,
    "db.readPort": readPort,
    "db.user": user,
    "db.password": password,
    "db.name": name,
    "db.caFile": caFile,
  };
  const url = `mysql://${user}:${password}@${host}`;
  return {
    DATABASE_URL: `${url}:${port}/${name}`,
    DB_HOST: host,
    DB_PORT: port,
    DB_READ_PORT: readPort,
    DB_USER: user,
    DB_PASSWORD: password,
    DB_NAME: name,
    DB_CA_FILE: caFile,
    ...filled(own, values),
    NODE_NAME: node,
    DATABASE_URL_RW: `${url}:${port}/${name}`,
    DATABASE_URL_RO: `${url}:${readPort}/${name}`,
    DATABASE_CA_FILE: caFile,
    SESSION_SECRET: sessionSecrets[0]!,
    SESSION_SECRETS: sessionSecrets.join(","),
  };
}

function filled(
  own: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const fill = (variable: string, text: string) =>
    text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value !== undefined) return value;
      const known = Object.keys(values).join(", ");
      throw new Error(`${variable} must hold no placeholder but ${known}, got ${whole}; mend it`);
    });
  return Object.fromEntries(Object.entries(own).map(([key, text]) => [key, fill(key, text)]));
}

/** Secret files of an app node: the environment file with passwords, and the databases' CA. */
export const appSecretPaths = {
  env: "/etc/webstack/app.env",
  databaseCa: "/etc/webstack/tls/ca.pem",
} as const;

/**
 * Renders an `EnvironmentFile` of systemd.
 *
 * @throws Error if a name is no variable or a value holds a line break.
 */
export function appEnv(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) {
      throw new Error(`variable must be capitals, digits and _, got ${JSON.stringify(name)}`);
    }
    if (/[\r\n\0]/.test(value)) throw new Error(`the value of ${name} must be one line`);
    return `${name}="${value.replace(/[\\"$`]/g, "\\$&")}"\n`;
  });
  return `${generatedNotice}\n${lines.join("")}`;
}
