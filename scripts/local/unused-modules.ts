import Module, { createRequire } from "node:module";

/**
 * Delays the load of the two modules with which the Pulumi SDK serialises functions: the compiler and npm's package
 * tree. They take longer to load than the rest of the SDK, and this program serialises no function. If the SDK uses one
 * of them, it is loaded then. Import this file before the SDK.
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
