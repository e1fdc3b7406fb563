import * as pulumi from "@pulumi/pulumi";
import { numbered } from "../resources/naming";
import { randomPassword } from "../resources/random-password";

/** MySQL users with a password, each with the least privileges that it needs. */
export type DatabaseUser = "app" | "replication";

/** Arguments of {@link DatabaseCredentials}. */
export interface DatabaseCredentialsArgs {
  /** Version of the passwords, from 1. From 2 on the former passwords are kept, which the databases still accept. */
  version: number;
}

/** Passwords of all database users. */
export class DatabaseCredentials extends pulumi.ComponentResource {
  /** Passwords by user, the present one first, then the former one if there is one; secrets. */
  readonly passwords: Readonly<Record<DatabaseUser, pulumi.Output<string>[]>>;

  constructor(
    name: string,
    { version }: DatabaseCredentialsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("webstack:index:DatabaseCredentials", name, {}, opts);
    const versions = version > 1 ? [version, version - 1] : [version];
    const passwords = (user: DatabaseUser) =>
      versions.map((one) => randomPassword(numbered(`${name}-${user}`, one), this));
    this.passwords = {
      app: passwords("app"),
      replication: passwords("replication"),
    };
    this.registerOutputs();
  }
}
