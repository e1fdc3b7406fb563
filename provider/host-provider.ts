import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  DeleteRequest,
  Plugin,
  ReadRequest,
} from "../plugin/plugin";
import type { Values } from "../plugin/values";
import { type Application, applyConfiguration } from "./apply";
import { problemsOf } from "./check";
import { connect, type Visit } from "./connect";
import { differences, inPlace, onlyWayChanged } from "./difference";
import type { LogOf } from "./engine-log";
import { firstContact, HostKeyMismatch } from "./host-key";
import { inputsOf, type Inputs, type State } from "./inputs";
import { type ConnectAgain, lockedOutSeconds, LoginProof } from "./login-proof";
import { stopForGood } from "./orderly-stop";
import { readBack } from "./read-back";
import { pushRelease, readConfiguration } from "./remote";
import { pushRuntime } from "./release";
import { ConnectionLost, type Session } from "./session";

/** Default wait for a new host, seconds. */
const firstSeconds = 600;
/** Default wait for a host with an earlier connection, seconds: as long as a reboot may take. */
const laterSeconds = 120;
/** Longest wait of a refresh, seconds: an unreachable host must not delay the refresh for long. */
const refreshSeconds = 20;
/** Number of attempts at an operation that loses its connection. Every operation may be repeated. */
const tries = 3;

/** Provider `host`: one resource, the configuration of a running server. */
export class HostProvider implements Plugin {
  readonly version = "0.1.0";
  readonly schema = JSON.stringify({ name: "host", version: this.version, resources: {} });
  readonly previews = false;
  private readonly stop = new AbortController();
  /** Configurations of this run's program; a destroy has none, since the engine checks what a program registers. */
  private readonly wanted = new Set<string>();

  constructor(private readonly logOf: LogOf) {}

  /** Keys and contents of secret files, even if the program does not mark them as secret. */
  secrets = () => ["connection.privateKey", "connection.firstContactKey", "secrets.*"];

  check = ({ urn, news }: CheckRequest) => {
    this.wanted.add(urn);
    return { inputs: news, failures: problemsOf(news) };
  };

  /** Compares each value with the last applied or read one; no difference replaces the resource. */
  diff = ({ state, inputs }: ChangeRequest) => inPlace(differences(state, inputs));

  create = async ({ urn, inputs: values }: CreateRequest) => {
    const inputs = values as unknown as Inputs;
    const log = this.logOf(urn);
    const proof = new LoginProof(inputs.node, log);
    const hostKey = await this.visit({ urn, inputs, pinned: undefined }, async (session, again) => {
      await firstContact(session, inputs.node, inputs.connection.firstContactKey, log);
      await bring(session, inputs, { log, proof, connectAgain: again });
      return session.hostKey;
    });
    return { id: inputs.node, state: { ...inputs, hostKey } as Values };
  };

  update = async ({ urn, state, inputs: values }: ChangeRequest) => {
    const inputs = values as unknown as Inputs;
    let { hostKey } = state as unknown as State;
    if (!onlyWayChanged(state, values)) {
      const log = this.logOf(urn);
      const proof = new LoginProof(inputs.node, log);
      await this.visit({ urn, inputs, pinned: hostKey }, async (session, connectAgain) => {
        await bring(session, inputs, { log, proof, connectAgain });
        hostKey = session.hostKey;
      });
    }
    return { ...values, hostKey };
  };

  /**
   * Reads the host's actual state. An unreachable host keeps its recorded state, with a warning: a refresh
   * is a step of a repair, so it must work while a node is down. The server's own resource knows whether the
   * server is permanently gone, and the replacement of that resource replaces this one.
   */
  read = async ({ urn, id, state: values }: ReadRequest) => {
    const state = values as unknown as State;
    if (!state.connection) {
      throw new Error("a host's configuration cannot be imported; `up` takes it over as it is");
    }
    try {
      const visit = { urn, inputs: state, pinned: state.hostKey, patience: refreshSeconds };
      const { hostKey, reading } = await this.visit(visit, async (session) => ({
        hostKey: session.hostKey,
        reading: await readConfiguration(session),
      }));
      const found = { ...readBack(state, reading), hostKey };
      const inputs = inputsOf(found) as unknown as Values;
      return { id, state: found as unknown as Values, inputs };
    } catch (error) {
      this.logOf(urn).warn(`not read, kept as recorded: ${(error as Error).message}`);
      return { id, state: values, inputs: inputsOf(state) as unknown as Values };
    }
  };

  /**
   * Stops the host's work in order, because its server is deleted next. By then the nodes in front have their
   * configuration without the node: the engine deletes after all other changes. Does nothing in a destroy, and nothing
   * for a configuration that was replaced: the host may be the one of the new configuration.
   */
  delete = async ({ urn, state }: DeleteRequest) => {
    if (this.wanted.size === 0 || this.wanted.has(urn)) return;
    const { signal } = this.stop;
    await stopForGood(state as unknown as State, { urn, signal }, this.logOf(urn));
  };

  cancel = () => this.stop.abort(new Error("cancelled; the next `up` goes on from here"));

  /** Does `work` over a connection, and again over a new connection if it is lost. */
  private async visit<T>(
    host: { urn: string; inputs: Inputs; pinned: string | undefined; patience?: number },
    work: (session: Session, connectAgain: ConnectAgain) => Promise<T>,
  ): Promise<T> {
    const { urn, inputs, patience } = host;
    const { connection } = inputs;
    const log = this.logOf(urn);
    const wait = host.pinned === undefined ? firstSeconds : laterSeconds;
    let pinned = host.pinned;
    for (let n = 1; ; n++) {
      const usual = connection.connectTimeoutSeconds ?? wait;
      // Within this time a host rolls back a change that locked out its users.
      const timeoutSeconds = patience ?? (n === 1 ? usual : Math.max(usual, lockedOutSeconds));
      const visit: Visit = {
        ...{ connection, pinned, timeoutSeconds, urn },
        say: log.info,
        signal: this.stop.signal,
      };
      log.status(`connecting to ${connection.host}`);
      const session = await connect(visit).catch((error: Error) =>
        this.afterRebuild(visit, inputs.node, error),
      );
      pinned = session.hostKey;
      try {
        const own = { ...visit, pinned };
        return await work(session, (seconds) => connect({ ...own, timeoutSeconds: seconds }));
      } catch (error) {
        this.stop.signal.throwIfAborted();
        if (!(error instanceof ConnectionLost) || n === tries) throw error;
        log.info(`${error.message}; connecting again`);
      } finally {
        session.close();
      }
    }
  }

  /**
   * Connects to a host with another key than the pinned one, if the host proves that it is the same server with
   * an empty disk: only a rebuild with the stack's user data brings the key of the first contact.
   *
   * @throws Error the given one if the host does not prove that.
   */
  private async afterRebuild(visit: Visit, node: string, error: Error): Promise<Session> {
    const { firstContactKey } = visit.connection;
    if (!(error instanceof HostKeyMismatch) || firstContactKey === undefined) throw error;
    const log = this.logOf(visit.urn);
    const session = await connect({ ...visit, pinned: undefined });
    try {
      await firstContact(session, node, firstContactKey, log);
    } catch (unproved) {
      session.close();
      error.message += `; tried: ${(unproved as Error).message}`;
      throw error;
    }
    log.info("the server was rebuilt: its new SSH host key is proved, and pinned");
    return session;
  }
}

async function bring(session: Session, inputs: Inputs, how: Application): Promise<void> {
  const { log } = how;
  await pushRelease(session, inputs, log);
  await pushRuntime(session, inputs, log);
  const changed = await applyConfiguration(session, inputs, how);
  log.status(changed.length === 0 ? "nothing had to change" : `${changed.length} files changed`);
}
