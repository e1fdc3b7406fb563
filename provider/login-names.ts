import type { Log } from "./engine-log";
import type { Inputs, State } from "./inputs";
import { endFormerLogins } from "./login-change";

/** Ends former login names on all hosts: a function for tests. */
type End = typeof endFormerLogins;

/**
 * The login names of one run. A hook gave each host the new name beside the former one before the first configuration
 * with it (rolling/login-name.ts). The configuration of the last host ends the former name on all hosts: until it is
 * recorded, each `up` does that again.
 */
export class LoginNames {
  private isChanged = false;

  constructor(
    private readonly signal: AbortSignal,
    private readonly end: End = endFormerLogins,
  ) {}

  /** True if a configuration gives its host another login name; must be called before each update. */
  changes({ connection: before }: State, { connection: after }: Inputs): boolean {
    const isOther = before.user !== after.user;
    this.isChanged ||= isOther;
    return isOther;
  }

  /**
   * Ends the former login names, after the configuration of the last host.
   *
   * @returns the login name to record: the former one while a host lacks the new one, so that the next `up` goes on.
   * @throws Error if a host refuses the new name; that host takes its change back by itself.
   */
  async recorded(inputs: Inputs, former: string | undefined, log: Log): Promise<string> {
    const { everyHost, connection } = inputs;
    const { user, privateKey } = connection;
    if (!this.isChanged || everyHost === undefined) return user;
    log.status("ends the former login name on all hosts");
    const left = await this.end(everyHost, { user, privateKey, signal: this.signal });
    if (left === undefined) {
      log.info(`every host accepts the login ${user} alone`);
      return user;
    }
    log.warn(
      `every host accepts the former login name too, until all have ${user}: ${left}. Bring them back and run \`up\` again`,
    );
    return former ?? user;
  }
}
