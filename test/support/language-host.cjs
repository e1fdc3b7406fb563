// Stands in for `pulumi-language-nodejs`, which no Go module has: what `pulumi new` and `pulumi preview` ask of it, over
// gRPC. Packages and the built sample app come from the checkout in WEBSTACK_CHECKOUT, not from npm.
const { spawn } = require("node:child_process");
const { cpSync, symlinkSync } = require("node:fs");
const { join } = require("node:path");

const checkout = process.env.WEBSTACK_CHECKOUT;
const engine = process.argv.at(-1);
const sdk = (name) => require(require.resolve(name, { paths: [checkout] }));
const ofSdk = (name) => {
  const paths = [require.resolve("@pulumi/pulumi", { paths: [checkout] })];
  return require(require.resolve(name, { paths }));
};
const grpc = ofSdk("@grpc/grpc-js");
const { LanguageRuntimeService } = sdk("@pulumi/pulumi/proto/language_grpc_pb");
const messages = sdk("@pulumi/pulumi/proto/language_pb");
const { PluginInfo } = sdk("@pulumi/pulumi/proto/plugin_pb");
const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb.js");

const empty = (Message) => (_, done) => done(null, new Message());

/** What `npm install` leaves, with the result of the script `prepare`. */
function installDependencies(call) {
  const root = call.request.getInfo().getRootDirectory();
  symlinkSync(join(checkout, "node_modules"), join(root, "node_modules"));
  const app = join("sample-app", "dist");
  cpSync(join(checkout, app), join(root, app), { recursive: true });
  call.end();
}

/** Runs the program as the SDK's own host does. */
function run({ request }, done) {
  const words = [
    ...[require.resolve("@pulumi/pulumi/cmd/run", { paths: [checkout] })],
    ...["--monitor", request.getMonitorAddress(), "--engine", engine],
    ...["--organization", request.getOrganization(), "--project", request.getProject()],
    ...["--stack", request.getStack(), "--pwd", request.getPwd()],
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ...["--query-mode", "false", "--parallel", String(request.getParallel())],
    request.getInfo().getEntryPoint(),
  ];
  const env = {
    ...process.env,
    PULUMI_NODEJS_TYPESCRIPT: "true",
    // Newer versions of Node.js would read TypeScript themselves, which this program's export is not for.
    NODE_OPTIONS: "--no-experimental-strip-types",
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
  const child = spawn(process.execPath, words, {
    ...{ cwd: request.getPwd(), env, stdio: ["ignore", 2, 2] },
  });
  child.on("close", (status) => {
    const answer = new messages.RunResponse();
    if (status !== 0) answer.setError(`the program ended with status ${status}`);
    done(null, answer);
  });
}

const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
  handshake: empty(messages.LanguageHandshakeResponse),
  getRequiredPlugins: empty(messages.GetRequiredPluginsResponse),
  getRequiredPackages: empty(messages.GetRequiredPackagesResponse),
  getPluginInfo: empty(PluginInfo),
  runtimeOptionsPrompts: empty(messages.RuntimeOptionsResponse),
  template: empty(messages.TemplateResponse),
  cancel: empty(Empty),
  installDependencies,
  run,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
