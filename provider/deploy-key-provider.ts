import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  Plugin,
  ReadRequest,
} from "../plugin/plugin";
import type { Values } from "../plugin/values";
import { connect } from "./connect";
import { differences, inPlace } from "./difference";
import type { Log, LogOf } from "./engine-log";
import type { Session } from "./session";

/** Default limit of the wait for a host, which may be in its first boot, seconds. */
const firstSeconds = 300;
/** Longest wait for the proof on a host that answered a moment ago, seconds. */
const proofSeconds = 60;

/**
 * Adds the key on standard input to the host's authorized keys, unless they contain it: in the file of the host's
 * configuration, whose name is that of the configured login, or in the login's own file on a host without that file.
 */
const addKey = [
  "key=$(cat)",
  'for file in /etc/ssh/authorized_keys.d/*; do test -e "$file" || file="$HOME"/.ssh/authorized_keys',
  `sudo -n grep -qxF -- "$key" "$file" || printf '%s\\n' "$key" | sudo -n tee -a "$file" >/dev/null || exit 1`,
  "done",
].join("; ");

interface Inputs {
  user: string;
  version: number;
  publicKey: string;
  privateKey: string;
  formerPrivateKey: string;
  hosts: { node: string; host: string; port?: number; bastions: string[] }[];
}

/** Provider of new deploy keys, see `resources.ts`. The provider removes nothing, so every step may be repeated. */
export class DeployKeyProvider implements Plugin {
  readonly version = "0.1.0";
  readonly previews = false;
  private readonly stop = new AbortController();

  constructor(
    private readonly logOf: LogOf,
    private readonly hostSeconds = firstSeconds,
  ) {}

  secrets = () => ["privateKey", "formerPrivateKey"];
  check = ({ news }: CheckRequest) => ({ inputs: news, failures: [] });

  /** Only another key is a change: a host that is added later gets the present key at its first boot. */
  diff = ({ state, inputs }: ChangeRequest) =>
    inPlace(differences(state, inputs).filter(({ path }) => path === "publicKey"));

  create = async ({ urn, inputs }: CreateRequest) => {
    await this.bring(urn, inputs);
    return { id: "deploy-key", state: inputs };
  };

  update = async ({ urn, inputs }: ChangeRequest): Promise<Values> => {
    await this.bring(urn, inputs);
    return inputs;
  };

  read = async ({ id, state, inputs }: ReadRequest) => ({ id, state, inputs });
  delete = async () => undefined;
  cancel = () => this.stop.abort(new Error("cancelled; the next `up` goes on from here"));

  private async bring(urn: string, values: Values): Promise<void> {
    const inputs = values as unknown as Inputs;
    const log = this.logOf(urn);
    const { hosts } = inputs;
    const isDoor = ({ bastions }: Inputs["hosts"][number]) => bastions.length === 0;
    // The bastions must accept the new key before the proof on the hosts behind them.
    await this.each(inputs, hosts.filter(isDoor), log);
    await this.each(
      inputs,
      hosts.filter((host) => !isDoor(host)),
      log,
    );
    log.info(`deploy key ${inputs.version} opens all ${hosts.length} hosts`);
  }

  /** Adds and proves the key on each host. @throws Error that names every host without the proof. */
  private async each(inputs: Inputs, hosts: Inputs["hosts"], log: Log): Promise<void> {
    const done = await Promise.allSettled(hosts.map((host) => this.one(inputs, host, log)));
    this.stop.signal.throwIfAborted();
    const problems = done.flatMap((result, i) =>
      result.status === "rejected"
        ? [`${hosts[i]!.node}: ${(result.reason as Error).message}`]
        : [],
    );
    if (problems.length === 0) return;
    const { version } = inputs;
    throw new Error(
      [
        `deploy key ${version} could not be proved on every host, so key ${version - 1} stays valid on all of them`,
        ...problems,
        "bring these hosts back and run `up` again, it goes on from here; webstack:admin.deployKeyVersion is " +
          "raised by 1 at a time, and never lowered",
      ].join("\n"),
    );
  }

  private async one(
    { user, publicKey, privateKey, formerPrivateKey }: Inputs,
    { node, ...way }: Inputs["hosts"][number],
    log: Log,
  ): Promise<void> {
    const target = {
      ...{ pinned: undefined, urn: "", say: log.info, signal: this.stop.signal },
      connection: { ...way, user, privateKey },
    };
    const both = { ...target.connection, formerPrivateKey };
    const first = { ...target, connection: both, timeoutSeconds: this.hostSeconds };
    const hostKey = await within(await connect(first), async (session) => {
      const { status, stderr } = await session.run(addKey, { input: `${publicKey}\n` });
      if (status !== 0) throw new Error(`the key could not be added: ${stderr.trim()}`);
      return session.hostKey;
    });
    const proof = { ...target, pinned: hostKey, timeoutSeconds: proofSeconds };
    await within(await connect(proof), (session) => session.run("true"));
    log.status(`${node} accepts the new key`);
  }
}

async function within<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await work(session);
  } finally {
    session.close();
  }
}
