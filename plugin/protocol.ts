import { flushCompileCache, createRequire } from "node:module";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb";
import type * as Services from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ChangeRequest, Difference, Failure, Plugin, Subject } from "./plugin";
import { decodeMap, encodeMap, type Values } from "./values";

/**
 * Loads a module as the Pulumi SDK does. Its `provider` module would do for a plugin, were it not
 * for what it keeps from a plugin (settings, whether it is a preview, secrets among the inputs) and
 * from the engine (which values differ).
 */
export const ofSdk = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));

/** The SDK's own gRPC. */
export const grpc = ofSdk("@grpc/grpc-js");

/** Messages of the provider protocol. */
export const messages = ofSdk("@pulumi/pulumi/proto/provider_pb") as typeof Messages;

/** Services of the provider protocol. */
const services = ofSdk("@pulumi/pulumi/proto/provider_grpc_pb") as typeof Services;

/** Google's message for structured values. */
export const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb");

/** Google's message for nothing. */
const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb");

/** Message of the protocol that says a plugin's version. */
const { PluginInfo } = ofSdk("@pulumi/pulumi/proto/plugin_pb");

/** Largest message, as in the SDK: 400 MiB. */
const maxMessageBytes = 400 * 1024 * 1024;

type Answer = (error: { code: number; details: string } | null, value?: unknown) => void;

type StructMessage = { toJavaScript(): unknown } | undefined;

function values(struct: StructMessage): Values {
  return decodeMap((struct?.toJavaScript() ?? {}) as Values);
}

function struct(map: Values, secrets: readonly string[]) {
  return Struct.fromJavaScript(encodeMap(map, secrets));
}

/** Answers with what `work` returns, or with its error's message. */
function handler<Request>(work: (request: Request) => unknown) {
  return ({ request }: { request: Request }, answer: Answer): void => {
    Promise.resolve()
      .then(() => work(request))
      .then(
        (value) => answer(null, value),
        (error: Error) => answer({ code: grpc.status.UNKNOWN, details: error.message }),
      );
  };
}

function subject(request: { getUrn(): string }): Subject {
  const urn = request.getUrn();
  const [, , types, ...name] = urn.split("::");
  return { urn, type: types!.split("$").at(-1)!, name: name.join("::") };
}

function change(request: Messages.DiffRequest | Messages.UpdateRequest): ChangeRequest {
  return {
    ...subject(request),
    id: request.getId(),
    state: values(request.getOlds()),
    oldInputs: values(request.getOldInputs()),
    inputs: values(request.getNews()),
  };
}

/**
 * The answer to a check. The engine prints the value of a property that a failure names, in clear also if it is secret
 * (pulumi/pkg v3.257.0 `resource/deploy/step_generator.go`, `issueCheckFailures`). So the reason has the name.
 */
function checkResponse(inputs: unknown, failures: readonly Failure[]) {
  const response = new messages.CheckResponse().setInputs(inputs as never);
  for (const { property, reason } of failures) {
    const words = property === "" ? reason : `${property} ${reason}`;
    response.addFailures(new messages.CheckFailure().setReason(words));
  }
  return response;
}

const kinds = { add: 0, delete: 2, update: 4 } as const;

function diffResponse({ changes, deleteBeforeReplace, isOfInputs = false }: Difference) {
  const response = new messages.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const top = (path: string) => path.split(/[.[]/)[0]!;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...new Set(changes.map(({ path }) => top(path)))]);
  const replacing = changes.filter(({ replaces }) => replaces);
  response.setReplacesList([...new Set(replacing.map(({ path }) => top(path)))]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(changes.length > 0);
  for (const { path, kind, replaces } of changes) {
    const detail = new messages.PropertyDiff().setKind(kinds[kind] + (replaces ? 1 : 0));
    response.getDetaileddiffMap().set(path, detail.setInputdiff(isOfInputs));
  }
  return response;
}

async function read(plugin: Plugin, request: Messages.ReadRequest) {
  const fields = { ...subject(request), id: request.getId() };
  const [state, inputs] = [values(request.getProperties()), values(request.getInputs())];
  const found = await plugin.read({ ...fields, state, inputs });
  const response = new messages.ReadResponse();
  if (found === undefined) return response;
  const secrets = plugin.secrets(fields.type);
  response.setId(found.id).setProperties(struct(found.state, secrets));
  return response.setInputs(struct(found.inputs, secrets));
}

/** The engine's protocol in front of `plugin`. */
export function service(plugin: Plugin) {
  return {
    checkConfig: handler((request: Messages.CheckRequest) => checkResponse(request.getNews(), [])),
    diffConfig: handler(() => new messages.DiffResponse()),
    // Without acceptSecrets the engine sends plain values and marks again what comes back.
    configure: handler((request: Messages.ConfigureRequest) => {
      plugin.configure?.(values(request.getArgs()));
      return new messages.ConfigureResponse().setSupportspreview(plugin.previews);
    }),
    check: handler((request: Messages.CheckRequest) => {
      const fields = subject(request);
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const { inputs, failures } = plugin.check({ ...fields, olds, news });
      return checkResponse(struct(inputs, plugin.secrets(fields.type)), failures);
    }),
    diff: handler((request: Messages.DiffRequest) => diffResponse(plugin.diff(change(request)))),
    create: handler(async (request: Messages.CreateRequest) => {
      const fields = { ...subject(request), preview: request.getPreview() };
      const inputs = values(request.getProperties());
      const { id, state } = await plugin.create({ ...fields, inputs });
      return new messages.CreateResponse()
        .setId(fields.preview ? "" : id)
        .setProperties(struct(state, plugin.secrets(fields.type)));
    }),
    read: handler((request: Messages.ReadRequest) => read(plugin, request)),
    update: handler(async (request: Messages.UpdateRequest) => {
      const fields = { ...change(request), preview: request.getPreview() };
      const state = await plugin.update(fields);
      return new messages.UpdateResponse().setProperties(
        struct(state, plugin.secrets(fields.type)),
      );
    }),
    delete: handler(async (request: Messages.DeleteRequest) => {
      const fields = { ...subject(request), id: request.getId() };
      await plugin.delete({ ...fields, state: values(request.getProperties()) });
      return new Empty();
    }),
    getSchema: handler(() => new messages.GetSchemaResponse().setSchema(plugin.schema ?? "{}")),
    getPluginInfo: handler(() => new PluginInfo().setVersion(plugin.version)),
    attach: handler(() => new Empty()),
    cancel: handler(() => {
      plugin.cancel?.();
      return new Empty();
    }),
  };
}

/** How often a plugin looks whether its engine is there, milliseconds. */
const engineMs = 2_000;

/** Ends this process once the engine that started it is gone: one that was killed ends no plugin. */
function endWithEngine(): void {
  const engine = process.ppid;
  const look = () => {
    if (process.ppid !== engine) process.exit(0);
  };
  setInterval(look, engineMs).unref();
}

/** Serves `plugin` on a free port of loopback and prints the port, as the engine expects. */
export function serve(plugin: Plugin): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  // A method without a handler here is answered as unimplemented.
  server.addService(services.ResourceProviderService, service(plugin));
  const credentials = grpc.ServerCredentials.createInsecure();
  server.bindAsync("127.0.0.1:0", credentials, (error: Error | null, port: number) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
    endWithEngine();
    // The engine kills a plugin at the end, before Node would write its cache of compiled modules.
    setImmediate(() => flushCompileCache?.());
  });
}
