import type * as Services from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/engine_pb";
import { grpc, ofSdk } from "../plugin/sdk";

const { EngineClient } = ofSdk("@pulumi/pulumi/proto/engine_grpc_pb") as typeof Services;
const messages = ofSdk("@pulumi/pulumi/proto/engine_pb") as typeof Messages;

/** Where a configuration's progress goes. */
export interface Log {
  /** What is being done now; shown beside the resource while it runs. */
  status(line: string): void;
  /** Worth reading afterwards too. */
  info(line: string): void;
  /** Worth acting on. */
  warn(line: string): void;
}

/** Makes the log of the resource with that URN. */
export type LogOf = (urn: string) => Log;

/** Logs to the engine at that address. A message that cannot be delivered is dropped. */
export function engineLog(address: string): LogOf {
  const engine = new EngineClient(address, grpc.credentials.createInsecure());
  const { INFO, WARNING } = messages.LogSeverity;
  return (urn) => {
    const send = (severity: typeof INFO | typeof WARNING, text: string, ephemeral: boolean) => {
      const request = new messages.LogRequest();
      request.setUrn(urn);
      request.setSeverity(severity);
      request.setMessage(text);
      request.setEphemeral(ephemeral);
      engine.log(request, () => undefined);
    };
    return {
      status: (line) => send(INFO, line, true),
      info: (line) => send(INFO, line, false),
      warn: (line) => send(WARNING, line, false),
    };
  };
}
