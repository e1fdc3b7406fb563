import Module, { createRequire } from "node:module";

/**
 * Puts off loading what the Pulumi SDK needs to serialise functions, the compiler and npm's tree of
 * packages, which takes longer than the rest of the SDK. This program serialises none; should the SDK
 * ask for one of the two, it is loaded then. To be imported before the SDK.
 */
const ofSdk = createRequire(createRequire(__filename).resolve("@pulumi/pulumi"));

function putOff(name: string): void {
  const file = ofSdk.resolve(name);
  if (ofSdk.cache[file]) return;
  const standIn = new Module(file);
  standIn.filename = file;
  standIn.loaded = true;
  let loaded: Record<string | symbol, unknown> | undefined;
  standIn.exports = new Proxy(function () {}, {
    get(_, key) {
      if (key === "__esModule") return undefined;
      if (!loaded) {
        delete ofSdk.cache[file];
        loaded = ofSdk(name) as Record<string | symbol, unknown>;
      }
      return loaded[key];
    },
  });
  ofSdk.cache[file] = standIn;
}

putOff("typescript");
putOff("@npmcli/arborist");
