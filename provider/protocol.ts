import { createRequire } from "node:module";
import type * as Services from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb";
import type { Problem } from "./check";
import type { Change } from "./difference";
import { decode, encode, type Values } from "./values";

// The SDK's own copies. Its `provider` module would do, were it not for what it keeps from the
// engine, the values that differ, and from a provider, which inputs are secrets without its care.
const ofSdk = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));
const grpc = ofSdk("@grpc/grpc-js");
const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb");
const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb");
const plugin = ofSdk("@pulumi/pulumi/proto/plugin_pb");
const messages = ofSdk("@pulumi/pulumi/proto/provider_pb") as typeof Messages;
const { ResourceProviderService } = ofSdk(
  "@pulumi/pulumi/proto/provider_grpc_pb",
) as typeof Services;

/** Largest message, as in the SDK: 400 MiB. */
const maxMessageBytes = 400 * 1024 * 1024;

/** A provider of one resource type, as the protocol drives it; values are plain. */
export interface Resources {
  /** Version without `v`. */
  version: string;
  check(news: Values): Problem[];
  diff(state: Values, news: Values): Change[];
  create(urn: string, inputs: Values): Promise<{ id: string; state: Values }>;
  update(urn: string, state: Values, news: Values): Promise<Values>;
  read(urn: string, state: Values): Promise<{ state: Values; inputs: Values }>;
  /** Ends what is under way as soon as possible. */
  cancel(): void;
}

type StructMessage = { toJavaScript(): unknown } | undefined;
type Answer = (error: { code: number; details: string } | null, value?: unknown) => void;

const values = (struct: StructMessage) => decode(struct?.toJavaScript() ?? {}) as Values;
const struct = (map: Values) => Struct.fromJavaScript(encode(map));

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

function checkResponse(inputs: Values, problems: readonly Problem[]) {
  const response = new messages.CheckResponse().setInputs(struct(inputs));
  for (const { property, reason } of problems) {
    response.addFailures(new messages.CheckFailure().setProperty(property).setReason(reason));
  }
  return response;
}

const kinds = { add: 0, delete: 2, update: 4 } as const;

function diffResponse(changes: readonly Change[]) {
  const response = new messages.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...new Set(changes.map(({ path }) => path.split(/[.[]/)[0]!))]);
  response.setHasdetaileddiff(changes.length > 0);
  for (const { path, kind } of changes) {
    const change = new messages.PropertyDiff().setKind(kinds[kind]).setInputdiff(true);
    response.getDetaileddiffMap().set(path, change);
  }
  return response;
}

/** The engine's protocol in front of `resources`. */
export function service(resources: Resources) {
  return {
    checkConfig: handler((request: Messages.CheckRequest) =>
      new messages.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: handler(() => new messages.DiffResponse()),
    // Without acceptSecrets the engine sends plain values and marks again what comes back.
    configure: handler(() => new messages.ConfigureResponse()),
    check: handler((request: Messages.CheckRequest) => {
      const news = values(request.getNews());
      return checkResponse(news, resources.check(news));
    }),
    diff: handler((request: Messages.DiffRequest) =>
      diffResponse(resources.diff(values(request.getOlds()), values(request.getNews()))),
    ),
    create: handler(async (request: Messages.CreateRequest) => {
      const { id, state } = await resources.create(
        request.getUrn(),
        values(request.getProperties()),
      );
      return new messages.CreateResponse().setId(id).setProperties(struct(state));
    }),
    update: handler(async (request: Messages.UpdateRequest) => {
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const state = await resources.update(request.getUrn(), olds, news);
      return new messages.UpdateResponse().setProperties(struct(state));
    }),
    read: handler(async (request: Messages.ReadRequest) => {
      const found = await resources.read(request.getUrn(), values(request.getProperties()));
      return new messages.ReadResponse()
        .setId(request.getId())
        .setProperties(struct(found.state))
        .setInputs(struct(found.inputs));
    }),
    // Nothing is done on the host: it goes with its server.
    delete: handler(() => new Empty()),
    getSchema: handler(() =>
      new messages.GetSchemaResponse().setSchema(
        JSON.stringify({ name: "host", version: resources.version, resources: {} }),
      ),
    ),
    getPluginInfo: handler(() => new plugin.PluginInfo().setVersion(resources.version)),
    attach: handler(() => new Empty()),
    cancel: handler(() => {
      resources.cancel();
      return new Empty();
    }),
  };
}

/** Serves `resources` on a free port of loopback and prints the port, as the engine expects. */
export function serve(resources: Resources): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  // What is not answered here is answered as unimplemented.
  server.addService(ResourceProviderService, service(resources));
  const credentials = grpc.ServerCredentials.createInsecure();
  server.bindAsync("127.0.0.1:0", credentials, (error: Error | null, port: number) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
}
