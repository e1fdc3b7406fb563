import { connect, LoginRefused } from "./connect";
import type { RoutedHost } from "./inputs";
import { foreignAccount, loginScripts, notConfigured } from "./login-scripts";
import { ConnectionLost, type Session } from "./session";

/** A change of the login name, and the access to the hosts. */
export interface LoginChange {
  /** New login name. */
  user: string;
  /** Private key of both logins in OpenSSH form. */
  privateKey: string;
  signal: AbortSignal;
  /** Longest wait for a host, seconds. @default 30 */
  waitSeconds?: number;
}

/** Result of a step on one host: `done`; `refused`, if the host accepts neither name; or why the host was not reached. */
export type LoginStep = "done" | "refused" | { unreached: string };

const usualSeconds = 30;
/** Longest wait for the proof by a new login, seconds; the host undoes the change after 110 s. */
const proofSeconds = 60;

/**
 * Checks that a host can get the new login name; changes nothing.
 *
 * @param former login name that the host accepts so far, and its bastions too.
 * @throws Error if an account of that name exists that is not of the stack.
 */
export async function checkLogin(
  host: RoutedHost,
  former: string,
  change: LoginChange,
): Promise<LoginStep> {
  return onHost(host, [former, change.user], { ...change, jumpUser: former }, async (session) => {
    await script(session, host, change.user, "mayAdd");
  });
}

/**
 * Adds the login name to a host, beside the former one, and proves it by a login. The bastions must accept the new name.
 * A host that accepts only the new name is left as it is: its server was made with it.
 *
 * @throws Error if the host does not accept the new name; the host then undoes the change by itself.
 */
export async function addLogin(
  host: RoutedHost,
  former: string,
  change: LoginChange,
): Promise<LoginStep> {
  const { user } = change;
  return onHost(host, [former, user], change, async (session, accepted) => {
    if (accepted === user && former !== user) return;
    await script(session, host, user, "add");
    await proved(session, host, change);
  });
}

/**
 * Ends all former login names on all hosts, unless one of the hosts cannot be reached with the new name, or is not
 * configured for it: then every name stays. Each host proves by a new login that it still accepts the present name, and
 * otherwise takes the former ones back by itself.
 *
 * @returns why the former names stay, on which hosts; undefined if they are gone from all.
 * @throws Error if a host refuses the new name, or a step fails there.
 */
export async function endFormerLogins(
  hosts: readonly RoutedHost[],
  change: LoginChange,
): Promise<string | undefined> {
  const { user } = change;
  const missing: string[] = [];
  const each = async (work: (session: Session, host: RoutedHost) => Promise<boolean>) => {
    const steps = await Promise.allSettled(
      hosts.map(async (host) => {
        let isReady = true;
        const step = await onHost(host, [user], change, async (session) => {
          isReady = await work(session, host);
        });
        if (step === "refused") throw new Error(`${host.node} refuses the login ${user}`);
        if (step !== "done") missing.push(`${host.node}: ${step.unreached}`);
        else if (!isReady) missing.push(`${host.node} is not configured for it yet`);
      }),
    );
    change.signal.throwIfAborted();
    const failed = steps.flatMap((step) =>
      step.status === "rejected" ? [(step.reason as Error).message] : [],
    );
    if (failed.length > 0) throw new Error(failed.join("\n"));
  };
  await each((session, host) => script(session, host, user, "mayEnd"));
  if (missing.length === 0) {
    await each(async (session, host) => {
      if (!(await script(session, host, user, "end"))) return false;
      await proved(session, host, change);
      await script(session, host, user, "retire");
      return true;
    });
  }
  return missing.length === 0 ? undefined : missing.join("; ");
}

/** Logs in anew with the new name, which tells the host to keep its change. @throws Error if that fails. */
async function proved(first: Session, host: RoutedHost, change: LoginChange): Promise<void> {
  const { node, ...way } = host;
  const { user, privateKey, signal } = change;
  try {
    const session = await connect({
      ...{ connection: { ...way, user, privateKey }, pinned: first.hostKey, urn: "", signal },
      ...{ timeoutSeconds: proofSeconds, say: () => undefined },
    });
    try {
      await script(session, host, user, "keep");
    } finally {
      session.close();
    }
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `${node}: the login ${user} could not be proved (${message}); within two minutes the host takes back what was ` +
        "changed there, by itself. Run `up` again, it goes on from here",
      { cause: error },
    );
  }
}

/** Runs a script as root. Returns false on a host that is not configured for the name. @throws Error if it fails. */
async function script(
  session: Session,
  { node }: RoutedHost,
  user: string,
  name: keyof typeof loginScripts,
): Promise<boolean> {
  const command = `sudo -n sh -s -- ${user}`;
  const { status, stderr } = await session.run(command, { input: loginScripts[name] });
  if (status === notConfigured) return false;
  if (status === foreignAccount) {
    throw new Error(
      `webstack:admin.user must not be an account that a node has for something else, got ${JSON.stringify(user)}, ` +
        `which ${node} has; choose another name`,
    );
  }
  if (status !== 0) throw new Error(`${node}: the login ${user}, ${name}: ${stderr.trim()}`);
  return true;
}

/** Does `work` over a session with the first of these login names that the host accepts. */
async function onHost(
  { node: _, ...way }: RoutedHost,
  users: readonly string[],
  { privateKey, signal, waitSeconds, jumpUser }: LoginChange & { jumpUser?: string },
  work: (session: Session, user: string) => Promise<void>,
): Promise<LoginStep> {
  const jump = jumpUser ?? users.at(-1)!;
  for (const user of new Set(users)) {
    let session: Session;
    try {
      session = await connect({
        ...{ connection: { ...way, user, jumpUser: jump, privateKey }, pinned: undefined, urn: "" },
        ...{ timeoutSeconds: waitSeconds ?? usualSeconds, say: () => undefined, signal },
        refusalEnds: true,
      });
    } catch (error) {
      if (error instanceof LoginRefused) continue;
      signal.throwIfAborted();
      return { unreached: (error as Error).message };
    }
    try {
      await work(session, user);
      return "done";
    } catch (error) {
      if (error instanceof ConnectionLost) return { unreached: error.message };
      throw error;
    } finally {
      session.close();
    }
  }
  return "refused";
}
