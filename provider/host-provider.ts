import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  DeleteRequest,
  Difference,
  Plugin,
  ReadRequest,
} from "../plugin/plugin";
import { isMap, type Values } from "../plugin/values";
import { type Application, applyConfiguration } from "./apply";
import { problemsOf } from "./check";
import { HostUnreachable } from "./connect";
import { Consents } from "./consents";
import { differences, inPlace, onlyWayChanged } from "./difference";
import type { Log, LogOf } from "./engine-log";
import { firstContact } from "./host-key";
import { notRead, inputsOf, type Inputs, type State, type TierHost } from "./inputs";
import { LoginNames } from "./login-names";
import { LoginProof } from "./login-proof";
import { stopPermanently } from "./orderly-stop";
import { PassingOver, wasPassedOver } from "./passing-over";
import { readBack } from "./read-back";
import { pushRelease, readConfiguration } from "./remote";
import { pushRuntime } from "./release";
import type { Session } from "./session";
import { HostSessions } from "./host-sessions";

/** Default wait where several unreachable hosts must not delay a run for long, seconds. */
const shortSeconds = 20;

/** Options of {@link HostProvider}. */
export interface HostProviderOptions {
  /** Longest wait of a refresh, and of an `up` for each host after it passed one over, seconds. */
  shortWait?: number;
  /** Consents of the stack file. */
  consents?: Consents;
}

/** Provider `host`: one resource, the configuration of a running server. */
export class HostProvider implements Plugin {
  readonly version = "0.1.0";
  readonly schema = JSON.stringify({ name: "host", version: this.version, resources: {} });
  readonly previews = false;
  private readonly stop = new AbortController();
  private readonly sessions: HostSessions;
  /** Configurations of this run's program; a destroy has none, since the engine checks what a program registers. */
  private readonly wanted = new Set<string>();
  private readonly passing = new PassingOver();
  private readonly logins = new LoginNames(this.stop.signal);
  /** Login name of this run's program; undefined in a destroy. */
  private user: string | undefined;

  private readonly shortWait: number;
  private readonly consents: Consents;

  /** @param options by default no consent, and a short wait of 20 s. */
  constructor(
    private readonly logOf: LogOf,
    { shortWait = shortSeconds, consents = new Consents() }: HostProviderOptions = {},
  ) {
    this.shortWait = shortWait;
    this.consents = consents;
    this.sessions = new HostSessions(logOf, this.stop.signal);
  }

  /** Keys and contents of secret files, even if the program does not mark them as secret. */
  secrets = () => ["connection.privateKey", "connection.firstContactKey", "secrets.*"];

  check = ({ urn, news }: CheckRequest) => {
    this.wanted.add(urn);
    this.user = userIn(news) ?? this.user;
    return { inputs: news, failures: problemsOf(news) };
  };

  /**
   * Compares each value with the last applied or read one; no difference replaces the resource. For a host that was
   * passed over, or that waits for the end of a former login name, the engine records inputs that the host does not
   * have, so the changes are those of the state.
   */
  diff = ({ state, oldInputs, inputs }: ChangeRequest): Difference => ({
    ...inPlace(differences(state, inputs)),
    isOfInputs: !wasPassedOver(state) && [undefined, userIn(state)].includes(userIn(oldInputs)),
  });

  create = async ({ urn, inputs: values }: CreateRequest) => {
    const inputs = values as unknown as Inputs;
    const log = this.logOf(urn);
    const proof = new LoginProof(inputs.node, log);
    const hostKey = await this.sessions.to(
      { urn, inputs, pinned: undefined },
      async (session, again) => {
        await firstContact(session, inputs.node, inputs.connection.firstContactKey, log);
        await bring(session, inputs, { log, proof, connectAgain: again });
        return session.hostKey;
      },
    );
    return { id: inputs.node, state: await this.stateOf(inputs, hostKey, undefined, log) };
  };

  update = async ({ urn, state: before, inputs: values }: ChangeRequest): Promise<Values> => {
    const [inputs, state] = [values as unknown as Inputs, before as unknown as State];
    let { hostKey } = state;
    const isRenamed = this.logins.changes(state, inputs);
    if (onlyWayChanged(before, values) && !isRenamed) return { ...values, hostKey };
    this.passing.checkChange({ state, inputs });
    const log = this.logOf(urn);
    const proof = new LoginProof(inputs.node, log);
    try {
      // Several unreachable hosts must not delay a run by a long wait for each.
      const patience = this.passing.hasBegun ? this.shortWait : undefined;
      await this.sessions.to(
        { urn, inputs, pinned: hostKey, patience },
        async (session, connectAgain) => {
          await bring(session, inputs, { log, proof, connectAgain });
          hostKey = session.hostKey;
        },
      );
    } catch (error) {
      if (!(error instanceof HostUnreachable)) throw error;
      const isReached = ({ host }: TierHost) =>
        this.sessions.isReached({ ...inputs.connection, host }, this.shortWait);
      const passed = await this.passing.pass(error, { state, inputs }, isReached);
      log.warn(`${inputs.node} is passed over: ${passed.unreached}`);
      return passed as unknown as Values;
    }
    return this.stateOf(inputs, hostKey, state.connection.user, log);
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
      const waits = { patience: this.shortWait, patienceAgain: this.shortWait };
      const target = { urn, inputs: state, pinned: state.hostKey, ...waits };
      const { hostKey, reading } = await this.sessions.to(target, async (session) => ({
        hostKey: session.hostKey,
        reading: await readConfiguration(session),
      }));
      const found: State = { ...inputsOf(readBack(state, reading)), hostKey };
      const inputs = inputsOf(found) as unknown as Values;
      return { id, state: found as unknown as Values, inputs };
    } catch (error) {
      this.logOf(urn).warn(`${notRead}${(error as Error).message}`);
      return { id, state: values, inputs: inputsOf(state) as unknown as Values };
    }
  };

  /**
   * Stops the host's work in order, because its server is deleted next. By then the nodes in front have their
   * configuration without the node: the engine deletes after all other changes. Does nothing in a destroy, and nothing
   * for a configuration that was replaced: the host may be the one of the new configuration.
   *
   * @throws Error if a database node has data that no other server may have, and no line of consent lets it go.
   */
  delete = async ({ urn, state }: DeleteRequest) => {
    if (this.wanted.size === 0 || this.wanted.has(urn)) return;
    const { signal } = this.stop;
    const host = state as unknown as State;
    // The bastions are configured by now, and may accept the present login name alone.
    const jump = this.user === undefined ? {} : { jumpUser: this.user };
    const connection = { ...host.connection, ...jump };
    const mayDiscard = this.consents.allow("delete saved");
    await stopPermanently({ ...host, connection }, { urn, signal, mayDiscard }, this.logOf(urn));
  };

  cancel = () => this.stop.abort(new Error("cancelled; the next `up` goes on from here"));

  /** State of a host after its configuration. */
  private async stateOf(
    inputs: Inputs,
    hostKey: string,
    former: string | undefined,
    log: Log,
  ): Promise<Values> {
    const user = await this.logins.recorded(inputs, former, log);
    return { ...inputs, connection: { ...inputs.connection, user }, hostKey } as unknown as Values;
  }
}

function userIn({ connection }: Values): string | undefined {
  return isMap(connection) && typeof connection.user === "string" ? connection.user : undefined;
}

async function bring(session: Session, inputs: Inputs, how: Application): Promise<void> {
  const { log } = how;
  await pushRelease(session, inputs, log);
  await pushRuntime(session, inputs, log);
  const changed = await applyConfiguration(session, inputs, how);
  log.status(changed.length === 0 ? "nothing had to change" : `${changed.length} files changed`);
}
