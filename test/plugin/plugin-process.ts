import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Values } from "../../plugin/values";

const ofSdk = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));
const grpc = ofSdk("@grpc/grpc-js");
const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb");
const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb");
const messages = ofSdk("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderClient } = ofSdk("@pulumi/pulumi/proto/provider_grpc_pb");

/** Longest wait for one answer of a plugin, milliseconds. */
const answerMs = 10_000;

type Method =
  "configure" | "check" | "diff" | "create" | "read" | "update" | "delete" | "cancel" | "getSchema";
type StructMessage = { toJavaScript(): Values } | undefined;

/** A resource as a state file records it; values in the form of the engine's protocol. */
export interface Recorded {
  /** Token such as `hcloud:index/server:Server`. */
  type: string;
  id: string;
  inputs: Values;
  outputs: Values;
}

const struct = (values: Values) => Struct.fromJavaScript(values);
const plain = (message: StructMessage) => message?.toJavaScript() ?? {};
const urnOf = (type: string) => `urn:pulumi:test::webstack::${type}::thing`;

/** `values` without one of them. */
export function without(key: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([each]) => each !== key));
}

/** A provider plugin as the engine runs it: a process of its own, spoken to over gRPC. */
export class PluginProcess {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: Record<Method, (...args: unknown[]) => void> & { close(): void },
  ) {}

  /**
   * Starts and configures the plugin in a folder of the repository, such as `offline/tls`.
   *
   * @throws Error if it ends before it says its port.
   */
  static async start(folder: string, settings: Values = {}): Promise<PluginProcess> {
    const main = join(__dirname, "..", "..", folder, "main.ts");
    const args = ["--require", require.resolve("tsx/cjs"), main, "127.0.0.1:1"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    for await (const port of createInterface(child.stdout)) {
      const address = `127.0.0.1:${port}`;
      const client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
      const started = new PluginProcess(child, client);
      await started.call("configure", new messages.ConfigureRequest().setArgs(struct(settings)));
      return started;
    }
    throw new Error(`the plugin in ${folder} ended without a port`);
  }

  private call<T>(method: Method, request: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + answerMs;
      this.client[method](request, { deadline }, (error: Error | null, answer: T) =>
        error ? reject(error) : resolve(answer),
      );
    });
  }

  /** Inputs as the engine would record them. @throws Error with the reasons if they are refused. */
  async check(type: string, news: Values, olds: Values = {}): Promise<Values> {
    const request = new messages.CheckRequest().setUrn(urnOf(type));
    const answer = await this.call<{
      getInputs(): StructMessage;
      getFailuresList(): { getReason(): string }[];
    }>("check", request.setNews(struct(news)).setOlds(struct(olds)));
    const reasons = answer.getFailuresList().map((failure) => failure.getReason());
    if (reasons.length > 0) throw new Error(reasons.join("; "));
    return plain(answer.getInputs());
  }

  /** Paths that would change. */
  async diff({ type, id, inputs, outputs }: Recorded, news: Values): Promise<string[]> {
    const request = new messages.DiffRequest().setUrn(urnOf(type)).setId(id);
    request.setOlds(struct(outputs)).setOldInputs(struct(inputs)).setNews(struct(news));
    const answer = await this.call<{ getDetaileddiffMap(): { keys(): Iterable<string> } }>(
      "diff",
      request,
    );
    return [...answer.getDetaileddiffMap().keys()];
  }

  async create(type: string, news: Values, preview = false): Promise<Recorded> {
    const inputs = await this.check(type, news);
    const request = new messages.CreateRequest().setUrn(urnOf(type)).setPreview(preview);
    const answer = await this.call<{ getId(): string; getProperties(): StructMessage }>(
      "create",
      request.setProperties(struct(inputs)),
    );
    return { type, id: answer.getId(), inputs, outputs: plain(answer.getProperties()) };
  }

  /** The resource as it is now; the id is empty if it is gone. */
  async read({ type, id, inputs, outputs }: Recorded): Promise<Recorded> {
    const request = new messages.ReadRequest().setUrn(urnOf(type)).setId(id);
    const answer = await this.call<{
      getId(): string;
      getInputs(): StructMessage;
      getProperties(): StructMessage;
    }>("read", request.setProperties(struct(outputs)).setInputs(struct(inputs)));
    const now = { inputs: plain(answer.getInputs()), outputs: plain(answer.getProperties()) };
    return { type, id: answer.getId(), ...now };
  }

  /** Updates to `news`, which `check` has returned. */
  async update(old: Recorded, news: Values): Promise<Recorded> {
    const request = new messages.UpdateRequest().setUrn(urnOf(old.type)).setId(old.id);
    request.setOlds(struct(old.outputs)).setOldInputs(struct(old.inputs)).setNews(struct(news));
    const answer = await this.call<{ getProperties(): StructMessage }>("update", request);
    return { ...old, inputs: news, outputs: plain(answer.getProperties()) };
  }

  async delete({ type, id, outputs }: Recorded): Promise<void> {
    const request = new messages.DeleteRequest().setUrn(urnOf(type)).setId(id);
    await this.call("delete", request.setProperties(struct(outputs)));
  }

  /** Schema that it answers. */
  async schema(): Promise<unknown> {
    const request = new messages.GetSchemaRequest();
    const answer = await this.call<{ getSchema(): string }>("getSchema", request);
    return JSON.parse(answer.getSchema());
  }

  async cancel(): Promise<void> {
    await this.call("cancel", new Empty());
  }

  stop(): void {
    this.client.close();
    this.process.kill("SIGKILL");
  }
}
