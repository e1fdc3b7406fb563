import type { Client, ConnectConfig } from "ssh2";
import type { ConnectionInputs } from "./inputs";

/** Authentication with a login name, which tries one key after the other. */
export function asUser(
  username: string,
  { privateKey, formerPrivateKey }: ConnectionInputs,
): ConnectConfig {
  if (formerPrivateKey === undefined) return { username, privateKey };
  const keys = [privateKey, formerPrivateKey];
  const authHandler = keys.map((key) => ({ type: "publickey" as const, username, key }));
  return { username, privateKey, authHandler };
}

/** Parses `address`, `address:port` or `[address]:port`. */
export function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: Number(port ?? 22) };
}

/** Resolves after the login. */
export function ready(client: Client, config: ConnectConfig): Promise<Client> {
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    // The listener stays: after the login an error ends the connection, and a running command
    // fails with `ConnectionLost`.
    client.on("error", reject);
    client.once("close", () => reject(new Error("the connection was closed during the login")));
    client.connect(config);
  });
}
