import { createRequire } from "node:module";
import type * as Services from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb";

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
export const services = ofSdk("@pulumi/pulumi/proto/provider_grpc_pb") as typeof Services;
/** Google's message for structured values. */
export const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb");
/** Google's message for nothing. */
export const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb");
/** Message of the protocol that says a plugin's version. */
export const { PluginInfo } = ofSdk("@pulumi/pulumi/proto/plugin_pb");
