import { Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { HostKeyMismatch, keyAlgorithms, keyText } from "./host-key";
import type { ConnectionInputs } from "./inputs";
import { Session } from "./session";

/** Longest wait for one handshake or one forwarded connection, milliseconds. */
const handshakeMs = 15_000;
/** Pause between two rounds over all routes to a host, milliseconds. */
const retryMs = 1_000;
/** Interval of messages about a long wait, milliseconds. */
const tellMs = 15_000;

/** Arguments of {@link connect}. */
export interface Visit {
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
}

/**
 * Connects to the host, bastion after bastion until the deadline: a new server takes a while to
 * answer. The program does not authenticate bastions: they carry a connection that only the pinned
 * host can decrypt.
 *
 * @throws HostKeyMismatch if the host's key differs from the pinned one.
 * @throws Error with the last reason of each route after the deadline.
 */
export async function connect(visit: Visit): Promise<Session> {
  const { connection, timeoutSeconds, say, signal } = visit;
  const ways = connection.bastions.length > 0 ? connection.bastions : [undefined];
  const begun = Date.now();
  const deadline = begun + timeoutSeconds * 1000;
  const reasons = new Map<string, string>();
  for (let reportedMs = begun; ;) {
    for (const bastion of ways) {
      signal.throwIfAborted();
      const patience = Math.max(1_000, Math.min(handshakeMs, deadline - Date.now()));
      try {
        return await once(visit, bastion, patience);
      } catch (error) {
        if (error instanceof HostKeyMismatch) throw error;
        reasons.set(bastion ? `through ${bastion}` : "directly", (error as Error).message);
      }
    }
    const last = [...reasons].map(([way, reason]) => `${way}: ${reason}`).join("; ");
    if (Date.now() + retryMs >= deadline) {
      throw new Error(
        `${connection.host} cannot be reached over SSH within ${timeoutSeconds} s (${last})`,
      );
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
  visit: Visit,
  bastion: string | undefined,
  patienceMs: number,
): Promise<Session> {
  const { host, port = 22, user, privateKey, formerPrivateKey } = visit.connection;
  const login: ConnectConfig = {
    username: user,
    privateKey,
    ...(formerPrivateKey === undefined ? {} : inTurn(user, [privateKey, formerPrivateKey])),
    readyTimeout: patienceMs,
    // Three missed answers end the connection, so the client notices a dead host after 20 s.
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
  };
  if (bastion === undefined) return pinned({ ...login, host, port }, visit, []);
  const jump = await ready(new Client(), { ...login, ...hostAndPort(bastion) }).catch(
    (error: Error) => Promise.reject(new Error(`the bastion: ${error.message}`)),
  );
  try {
    const sock = await forwarded(jump, host, port, patienceMs);
    return await pinned({ ...login, sock }, visit, [jump]);
  } catch (error) {
    jump.destroy();
    throw error;
  }
}

/** Authentication that tries one key after the other. */
function inTurn(username: string, keys: readonly string[]): Pick<ConnectConfig, "authHandler"> {
  return { authHandler: keys.map((key) => ({ type: "publickey" as const, username, key })) };
}

/** Parses `address`, `address:port` or `[address]:port`. */
function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: Number(port ?? 22) };
}

async function pinned(
  config: ConnectConfig,
  { connection, pinned: wanted, urn, signal }: Visit,
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
    throw error;
  }
  return new Session([...through, client], seen ?? "", signal);
}

/** Resolves after the login. */
function ready(client: Client, config: ConnectConfig): Promise<Client> {
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    // The listener stays: after the login an error ends the connection, and a running command
    // fails with `ConnectionLost`.
    client.on("error", reject);
    client.once("close", () => reject(new Error("the connection was closed during the login")));
    client.connect(config);
  });
}

function forwarded(jump: Client, host: string, port: number, patienceMs: number) {
  return new Promise<NonNullable<ConnectConfig["sock"]>>((resolve, reject) => {
    const late = () => reject(new Error(`no connection to ${host} port ${port} in time`));
    const timer = setTimeout(late, patienceMs);
    jump.forwardOut("127.0.0.1", 0, host, port, (error, stream) => {
      clearTimeout(timer);
      if (error) reject(new Error(`${host} port ${port}: ${error.message}`));
      else resolve(stream);
    });
  });
}
