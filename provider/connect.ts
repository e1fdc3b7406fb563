import { Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { HostKeyMismatch, keyAlgorithms, keyText } from "./host-key";
import type { ConnectionInputs } from "./inputs";
import { Session, asUser, hostAndPort, ready } from "./session";

/** Longest wait for one handshake or one forwarded connection, milliseconds. */
const handshakeMs = 15_000;
/** Pause between two rounds over all routes to a host, milliseconds. */
const retryMs = 1_000;
/** Reason of a bastion that could not connect to the host. */
const connectFailed = 2;
/** Interval of messages about a long wait, milliseconds. */
const tellMs = 15_000;

/**
 * The host's SSH server gave no answer over any route in the whole wait, though each bastion that was asked, or at least
 * one of them, could be used. Nothing was sent to the host. A refused login is another error, and so is a bastion that fails.
 */
export class HostUnreachable extends Error {}

/** The host's SSH server showed its key, so the host is reachable, and something else failed. */
class HostAnswered extends Error {}

/** The host's SSH server showed its key, the pinned one if there is one, and refused the login. */
export class LoginRefused extends HostAnswered {}

/** The bastion failed, so that nothing is known of the host behind it. */
class BastionFailed extends Error {}

/** Arguments of {@link connect}. */
export interface ConnectArgs {
  connection: ConnectionInputs;
  /** The host's key, type and Base64 data; undefined at the first connection, which pins the key. */
  pinned: string | undefined;
  /** Seconds until an unreachable host is a failure. */
  timeoutSeconds: number;
  /** URN of the configuration, for advice in errors. */
  urn: string;
  /** Receives messages about a long wait. */
  say: (line: string) => void;
  /** Cancels the wait. */
  signal: AbortSignal;
  /** True to end the wait at once if the host refuses the login. @default a new host may accept the login later */
  refusalEnds?: boolean;
}

/**
 * Connects to the host, bastion after bastion until the deadline: a new server takes a while to
 * answer. The program does not authenticate bastions: they carry a connection that only the pinned
 * host can decrypt.
 *
 * @throws HostKeyMismatch if the host's key differs from the pinned one.
 * @throws LoginRefused with `refusalEnds`, if the host refuses the login.
 * @throws HostUnreachable with the last reason of each route after the deadline, if the host never answered.
 * @throws Error with these reasons if the host answered, or if no bastion could be used.
 */
export async function connect(args: ConnectArgs): Promise<Session> {
  const { connection, timeoutSeconds, say, signal } = args;
  const ways = connection.bastions.length > 0 ? connection.bastions : [undefined];
  const begun = Date.now();
  const deadline = begun + timeoutSeconds * 1000;
  const reasons = new Map<string, string>();
  let [wasAsked, hasAnswered] = [false, false];
  for (let reportedMs = begun; ;) {
    for (const bastion of ways) {
      signal.throwIfAborted();
      const patience = Math.max(1_000, Math.min(handshakeMs, deadline - Date.now()));
      try {
        return await once(args, bastion, patience);
      } catch (error) {
        if (error instanceof HostKeyMismatch) throw error;
        if (args.refusalEnds && error instanceof LoginRefused) throw error;
        wasAsked ||= !(error instanceof BastionFailed);
        hasAnswered ||= error instanceof HostAnswered;
        reasons.set(bastion ? `through ${bastion}` : "directly", (error as Error).message);
      }
    }
    const last = [...reasons].map(([way, reason]) => `${way}: ${reason}`).join("; ");
    if (Date.now() + retryMs >= deadline) {
      const text = `${connection.host} cannot be reached over SSH within ${timeoutSeconds} s (${last})`;
      throw wasAsked && !hasAnswered ? new HostUnreachable(text) : new Error(text);
    }
    if (Date.now() - reportedMs >= tellMs) {
      reportedMs = Date.now();
      say(`waiting for SSH since ${Math.round((reportedMs - begun) / 1000)} s (${last})`);
    }
    await pause(retryMs, signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/** One attempt over one route. */
async function once(
  args: ConnectArgs,
  bastion: string | undefined,
  patienceMs: number,
): Promise<Session> {
  const { host, port = 22, user } = args.connection;
  const login: ConnectConfig = {
    ...asUser(user, args.connection),
    readyTimeout: patienceMs,
    // Three missed answers end the connection, so the client notices a dead host after 20 s.
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
  };
  if (bastion === undefined) return pinned({ ...login, host, port }, args, []);
  const { jumpUser = user } = args.connection;
  const toBastion = { ...login, ...asUser(jumpUser, args.connection), ...hostAndPort(bastion) };
  const jump = await ready(new Client(), toBastion).catch((error: Error) =>
    Promise.reject(new BastionFailed(`the bastion: ${error.message}`)),
  );
  try {
    const sock = await forwarded(jump, host, port, patienceMs);
    return await pinned({ ...login, sock }, args, [jump]);
  } catch (error) {
    jump.destroy();
    throw error;
  }
}

async function pinned(
  config: ConnectConfig,
  { connection, pinned: wanted, urn, signal }: ConnectArgs,
  through: Client[],
): Promise<Session> {
  let seen: string | undefined;
  const hostVerifier = (key: Buffer) => {
    seen = keyText(key);
    return wanted === undefined || seen === wanted;
  };
  const serverHostKey = wanted && (keyAlgorithms(wanted) as ServerHostKeyAlgorithm[]);
  const algorithms = serverHostKey ? { algorithms: { serverHostKey } } : {};
  const client = new Client();
  try {
    await ready(client, { ...config, ...algorithms, hostVerifier });
  } catch (error) {
    client.destroy();
    const otherType = /no matching host key/.test((error as Error).message);
    if (wanted !== undefined && (otherType || (seen !== undefined && seen !== wanted))) {
      throw new HostKeyMismatch(connection.host, wanted, seen, urn);
    }
    if (seen === undefined) throw error;
    const { message, level } = error as Error & { level?: unknown };
    // The level of ssh2 1.17 for a login that was refused with every key.
    if (level !== "client-authentication") throw new HostAnswered(message);
    throw new LoginRefused(`the login ${connection.user} is refused: ${message}`);
  }
  return new Session([...through, client], seen ?? "", signal);
}

function forwarded(jump: Client, host: string, port: number, patienceMs: number) {
  return new Promise<NonNullable<ConnectConfig["sock"]>>((resolve, reject) => {
    const late = () => reject(new Error(`no connection to ${host} port ${port} in time`));
    const timer = setTimeout(late, patienceMs);
    jump.forwardOut("127.0.0.1", 0, host, port, (error, stream) => {
      clearTimeout(timer);
      if (!error) return resolve(stream);
      const text = `${host} port ${port}: ${error.message}`;
      reject(isOfHost(error) ? new Error(text) : new BastionFailed(text));
    });
  });
}

/**
 * True if the bastion tried to connect to the host, and could not: reason 2, `SSH_OPEN_CONNECT_FAILED`, of RFC 4254,
 * section 5.1. With another reason, or once its own connection ended, the bastion did not try.
 */
function isOfHost(error: Error): boolean {
  return (error as Error & { reason?: unknown }).reason === connectFailed;
}
