// Loads index.ts as Pulumi's Node language host does (`cmd/run/run.js` of @pulumi/pulumi): its own
// copy of ts-node with the project's TypeScript, types checked. Mocks take the place of the engine.
const tsutils = require("@pulumi/pulumi/tsutils");
const pulumi = require("@pulumi/pulumi");

const { tsnodeRequire, typescriptRequire } = tsutils.typeScriptRequireStrings();
require(tsnodeRequire).register({
  compiler: typescriptRequire,
  project: "tsconfig.json",
  skipProject: false,
  compilerOptions: {
    ...{ target: "ES2020", module: "nodenext", moduleResolution: "nodenext", sourceMap: "true" },
    ...tsutils.loadTypeScriptCompilerOptions("tsconfig.json"),
  },
});
// Mocks know of hooks, and call none.
const { MockMonitor } = require("@pulumi/pulumi/runtime/mocks");
const answer = (_, done) => done(null);
Object.assign(MockMonitor.prototype, { registerResourceHook: answer, registerErrorHook: answer });
const types = [];
const mocks = {
  newResource: ({ type, name, inputs }) => {
    types.push(type);
    return { id: "1001", state: { ...inputs, name } };
  },
  call: () => ({}),
};
pulumi.runtime.setMocks(mocks, "webstack", "dev", true);
pulumi.runtime.setAllConfig(JSON.parse(process.env.STACK_CONFIG));
const outputs = require("../../index.ts");
pulumi.runtime.disconnect().then(() => {
  console.log(JSON.stringify({ outputs: Object.keys(outputs), types }));
});
