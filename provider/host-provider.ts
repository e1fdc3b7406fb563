import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Provider } from "@pulumi/pulumi/provider";
import { comparable, hasUnknown, problemsOf, type Inputs, type State } from "./inputs";
import {
  applyConfiguration,
  pushRelease,
  readConfiguration,
  waitForFirstBoot,
  type HostReading,
} from "./remote";
import { Session } from "./session";

/** How long a refresh waits for a host, seconds: an unreachable one must not stop it for long. */
const refreshSeconds = 20;

function say(node: string): (line: string) => void {
  return (line) => console.error(`${node}: ${line}`);
}

async function withSession<T>(
  inputs: Inputs,
  hostKey: string | undefined,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await Session.open(inputs.connection, hostKey, undefined, say(inputs.node));
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** Pulumi provider `host`: one resource, the configuration of a running server. */
export class HostProvider implements Provider {
  readonly version = "0.1.0";

  getSchema = async () => JSON.stringify({ name: "host", version: this.version, resources: {} });

  check = async (_urn: string, _olds: unknown, news: Inputs) => ({
    inputs: news,
    failures: problemsOf(news),
  });

  /** Changes are compared value by value; nothing replaces, since the host stays the same. */
  diff = async (_id: string, _urn: string, olds: State, news: Inputs) => {
    if (hasUnknown(news)) return { changes: true };
    const before = comparable(olds);
    const after = comparable(news);
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => key !== "hostKey",
    ) as (keyof Inputs)[];
    const changed = keys.filter((key) => !isDeepStrictEqual(plain(before[key]), plain(after[key])));
    return { changes: changed.length > 0 };
  };

  create = async (_urn: string, inputs: Inputs) => {
    const hostKey = await withSession(inputs, undefined, async (session) => {
      await waitForFirstBoot(session);
      await pushRelease(session, inputs);
      await applyConfiguration(session, inputs, say(inputs.node));
      return session.hostKey;
    });
    return { id: inputs.node, outs: { ...inputs, hostKey } };
  };

  update = async (_id: string, _urn: string, olds: State, news: Inputs) => {
    const { connection: _before, ...before } = comparable(olds);
    const { connection: _after, ...after } = comparable(news);
    const { hostKey } = olds;
    const onlyConnection = isDeepStrictEqual(plain({ ...after, hostKey }), plain(before));
    if (onlyConnection) return { outs: { ...news, hostKey } };
    await withSession(news, hostKey, async (session) => {
      await pushRelease(session, news);
      await applyConfiguration(session, news, say(news.node));
    });
    return { outs: { ...news, hostKey } };
  };

  /**
   * Reads the host back. A host that cannot be reached keeps its recorded state, with a warning: a
   * refresh must be possible while a node is down, and the cloud's own resource says if it is gone.
   */
  read = async (id: string, _urn: string, props: State) => {
    let reading: HostReading;
    try {
      const session = await Session.open(props.connection, props.hostKey, refreshSeconds);
      try {
        reading = await readConfiguration(session);
      } finally {
        session.close();
      }
    } catch (error) {
      console.error(`warning: ${props.node} was not read: ${(error as Error).message}`);
      return { id, props, inputs: withoutHostKey(props) };
    }
    const found = merged(props, reading);
    return { id, props: found, inputs: withoutHostKey(found) };
  };

  /** Nothing is done on the host: it goes with its server. */
  delete = async () => undefined;
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function withoutHostKey({ hostKey: _, ...inputs }: State): Inputs {
  return inputs;
}

/** The recorded state with what is really on the host. A secret that differs is only marked. */
function merged(props: State, reading: HostReading): State {
  const present = <T>(map: Record<string, T | null | undefined>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(map).flatMap(([key, value]) => (value == null ? [] : [[key, value]])),
    );
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");
  const secrets = Object.entries(props.secrets).map(([path, content]) => [
    path,
    reading.secrets[path] === digest(content) ? content : "changed on the host",
  ]);
  const files = Object.keys(props.files).map((path) => [path, reading.files[path]]);
  const attributes = Object.keys(props.attributes).map((path) => [path, reading.attributes[path]]);
  const { release } = props;
  return {
    ...props,
    files: present(Object.fromEntries(files)),
    attributes: present(Object.fromEntries(attributes)),
    secrets: Object.fromEntries(secrets),
    ...(release ? { release: { ...release, digest: reading.release ?? "0".repeat(64) } } : {}),
  };
}
