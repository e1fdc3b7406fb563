import { createRequire } from "node:module";
import type * as Grpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb";
import type { Difference, Failure, StandIn } from "./stand-in";
import { decodeMap, encodeMap, type Values } from "./values";

// The SDK's own copies. Its `provider` module would do, were it not for what it keeps from a
// provider: settings, whether it is a preview, and which values differ.
const ofSdk = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));
const grpc = ofSdk("@grpc/grpc-js");
const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb");
const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb");
const plugin = ofSdk("@pulumi/pulumi/proto/plugin_pb");
const messages = ofSdk("@pulumi/pulumi/proto/provider_pb") as typeof Messages;
const { ResourceProviderService } = ofSdk("@pulumi/pulumi/proto/provider_grpc_pb") as typeof Grpc;

/** Largest message, as in the SDK: 400 MiB. */
const maxMessageBytes = 400 * 1024 * 1024;

type Call<Request> = { request: Request };
type Answer = (error: { code: number; details: string } | null, value?: unknown) => void;
type StructMessage = { toJavaScript(): unknown } | undefined;

function values(struct: StructMessage): Values {
  return decodeMap((struct?.toJavaScript() ?? {}) as Values);
}

function struct(map: Values, secrets: readonly string[] = []) {
  return Struct.fromJavaScript(encodeMap(map, secrets));
}

function typeOf(urn: string): string {
  return urn.split("::")[2]!.split("$").at(-1)!;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Answers with what `work` returns, or with its error's message. */
function handler<Request>(work: (request: Request) => unknown) {
  return ({ request }: Call<Request>, answer: Answer): void => {
    Promise.resolve()
      .then(() => work(request))
      .then(
        (value) => answer(null, value),
        (error: Error) => answer({ code: grpc.status.UNKNOWN, details: error.message }),
      );
  };
}

function checkResponse(
  inputs: Values,
  failures: readonly Failure[],
  secrets: readonly string[] = [],
) {
  const response = new messages.CheckResponse().setInputs(struct(inputs, secrets));
  for (const { property, reason } of failures) {
    response.addFailures(new messages.CheckFailure().setProperty(property).setReason(reason));
  }
  return response;
}

const kinds = { add: 0, delete: 2, update: 4 } as const;

function diffResponse({ changes, deleteBeforeReplace }: Difference) {
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
    const change = new messages.PropertyDiff().setKind(kinds[kind] + (replaces ? 1 : 0));
    response.getDetaileddiffMap().set(path, change);
  }
  return response;
}

/** The engine's protocol in front of `standIn`. */
export function service(standIn: StandIn) {
  const { secrets } = standIn;
  return {
    checkConfig: handler((request: Messages.CheckRequest) =>
      checkResponse(values(request.getNews()), []),
    ),
    diffConfig: handler(() => new messages.DiffResponse()),
    configure: handler((request: Messages.ConfigureRequest) => {
      standIn.configure(values(request.getArgs()));
      return new messages.ConfigureResponse().setSupportspreview(true);
    }),
    check: handler((request: Messages.CheckRequest) => {
      const [type, name] = [typeOf(request.getUrn()), nameOf(request.getUrn())];
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const { inputs, failures } = standIn.check({ type, name, olds, news });
      return checkResponse(inputs, failures, secrets(type));
    }),
    diff: handler((request: Messages.DiffRequest) => diffResponse(standIn.diff(change(request)))),
    create: handler(async (request: Messages.CreateRequest) => {
      const type = typeOf(request.getUrn());
      const inputs = values(request.getProperties());
      const preview = request.getPreview();
      const { id, state } = await standIn.create({ type, inputs, preview });
      return new messages.CreateResponse()
        .setId(preview ? "" : id)
        .setProperties(struct(state, secrets(type)));
    }),
    read: handler((request: Messages.ReadRequest) => read(standIn, request)),
    update: handler(async (request: Messages.UpdateRequest) => {
      const asked = change(request);
      const state = await standIn.update({ ...asked, preview: request.getPreview() });
      return new messages.UpdateResponse().setProperties(struct(state, secrets(asked.type)));
    }),
    delete: handler(async (request: Messages.DeleteRequest) => {
      const type = typeOf(request.getUrn());
      await standIn.delete({ type, id: request.getId(), state: values(request.getProperties()) });
      return new Empty();
    }),
    getSchema: handler(() => new messages.GetSchemaResponse().setSchema("{}")),
    getPluginInfo: handler(() => new plugin.PluginInfo().setVersion(standIn.version)),
    attach: handler(() => new Empty()),
    cancel: handler(() => new Empty()),
  };
}

function change(request: Messages.DiffRequest | Messages.UpdateRequest) {
  return {
    type: typeOf(request.getUrn()),
    id: request.getId(),
    state: values(request.getOlds()),
    oldInputs: values(request.getOldInputs()),
    inputs: values(request.getNews()),
  };
}

async function read(standIn: StandIn, request: Messages.ReadRequest) {
  const type = typeOf(request.getUrn());
  const found = await standIn.read({
    type,
    id: request.getId(),
    state: values(request.getProperties()),
    inputs: values(request.getInputs()),
  });
  const response = new messages.ReadResponse();
  if (found === undefined) return response;
  return response
    .setId(found.id)
    .setProperties(struct(found.state, standIn.secrets(type)))
    .setInputs(struct(found.inputs, standIn.secrets(type)));
}

/** Serves `standIn` on a free port of loopback and prints the port, as the engine expects. */
export function serve(standIn: StandIn): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  // What is not answered here is answered as unimplemented.
  server.addService(ResourceProviderService, service(standIn));
  const credentials = grpc.ServerCredentials.createInsecure();
  server.bindAsync("127.0.0.1:0", credentials, (error: Error | null, port: number) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
}
