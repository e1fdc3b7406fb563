import { generatedNotice } from "../notice";

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
