import * as pulumi from "@pulumi/pulumi";
import { randomPassword } from "../resources/random-password";

/** MySQL users with a password, each with the least privileges that it needs. */
export type DatabaseUser = "app" | "replication";

/** Passwords of all database users. */
export class DatabaseCredentials extends pulumi.ComponentResource {
  /** Password by user; secrets. */
  readonly passwords: Readonly<Record<DatabaseUser, pulumi.Output<string>>>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:DatabaseCredentials", name, {}, opts);
    const password = (user: DatabaseUser) => randomPassword(`${name}-${user}`, this);
    this.passwords = {
      app: password("app"),
      replication: password("replication"),
    };
    this.registerOutputs();
  }
}
