import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  Plugin,
  ReadRequest,
} from "../plugin/plugin";
import type { Values } from "../plugin/values";
import { type Application, applyConfiguration } from "./apply";
import { problemsOf } from "./check";
import { connect, type Visit } from "./connect";
import { differences, inPlace, onlyWayChanged } from "./difference";
import type { LogOf } from "./engine-log";
import { inputsOf, type Inputs, type State } from "./inputs";
import { type ConnectAgain, lockedOutSeconds, LoginProof } from "./login-proof";
import { readBack } from "./read-back";
import { pushRelease, readConfiguration, waitForFirstBoot } from "./remote";
import { pushRuntime } from "./runtime";
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

  constructor(private readonly logOf: LogOf) {}

  /** Private key and contents of secret files, even if the program does not mark them as secret. */
  secrets = () => ["connection.privateKey", "secrets.*"];

  check = ({ news }: CheckRequest) => ({ inputs: news, failures: problemsOf(news) });

  /** Compares each value with the last applied or read one; no difference replaces the resource. */
  diff = ({ state, inputs }: ChangeRequest) => inPlace(differences(state, inputs));

  create = async ({ urn, inputs: values }: CreateRequest) => {
    const inputs = values as unknown as Inputs;
    const log = this.logOf(urn);
    const proof = new LoginProof(inputs.node, log);
    const hostKey = await this.visit({ urn, inputs, pinned: undefined }, async (session, again) => {
      await waitForFirstBoot(session, log);
      await bring(session, inputs, { log, proof, connectAgain: again });
      return session.hostKey;
    });
    return { id: inputs.node, state: { ...inputs, hostKey } as Values };
  };

  update = async ({ urn, state, inputs: values }: ChangeRequest) => {
    const inputs = values as unknown as Inputs;
    const { hostKey } = state as unknown as State;
    if (!onlyWayChanged(state, values)) {
      const log = this.logOf(urn);
      const proof = new LoginProof(inputs.node, log);
      await this.visit({ urn, inputs, pinned: hostKey }, (session, connectAgain) =>
        bring(session, inputs, { log, proof, connectAgain }),
      );
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
      const found = readBack(state, await this.visit(visit, readConfiguration));
      const inputs = inputsOf(found) as unknown as Values;
      return { id, state: found as unknown as Values, inputs };
    } catch (error) {
      this.logOf(urn).warn(`not read, kept as recorded: ${(error as Error).message}`);
      return { id, state: values, inputs: inputsOf(state) as unknown as Values };
    }
  };

  /** Does nothing on the host, because its server is deleted too. */
  delete = async () => undefined;

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
      const session = await connect(visit);
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
}

async function bring(session: Session, inputs: Inputs, how: Application): Promise<void> {
  const { log } = how;
  await pushRelease(session, inputs, log);
  await pushRuntime(session, inputs, log);
  const changed = await applyConfiguration(session, inputs, how);
  log.status(changed.length === 0 ? "nothing had to change" : `${changed.length} files changed`);
}
