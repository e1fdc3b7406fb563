import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Length of each password; letters and digits only, so that no syntax needs them quoted. */
const passwordLength = 32;

/** Users of the databases, each with the least that it needs. */
export const databaseUsers = ["app", "replication"] as const;

/** One of the {@link databaseUsers}. */
export type DatabaseUser = (typeof databaseUsers)[number];

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

/** A new password that is a secret; the same for as long as its resource lives. */
export function randomPassword(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { result } = new random.RandomPassword(
    name,
    { length: passwordLength, special: false },
    { parent },
  );
  return pulumi.secret(result);
}
