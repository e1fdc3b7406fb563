import type * as Services from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as Messages from "@pulumi/pulumi/proto/engine_pb";
import { grpc, ofSdk } from "../plugin/protocol";

const { EngineClient } = ofSdk("@pulumi/pulumi/proto/engine_grpc_pb") as typeof Services;
const messages = ofSdk("@pulumi/pulumi/proto/engine_pb") as typeof Messages;

/** Receives the progress of a configuration. */
export interface Log {
  /** The present step; the engine shows it beside the resource. */
  status(line: string): void;
  /** A message that the engine also prints at the end. */
  info(line: string): void;
  /** A message that needs an operator's action. */
  warn(line: string): void;
}

/** Makes the log of the resource with a URN. */
export type LogOf = (urn: string) => Log;

/**
 * The engine's address among the arguments of this process, possibly after flags such as `-v=9` and
 * `--tracing ADDRESS`. Without an address the process exits.
 */
export function engineAddress(): string {
  const [engine] = process.argv
    .slice(2)
    .filter((word, i, words) => !word.startsWith("-") && words[i - 1] !== "--tracing");
  if (engine !== undefined) return engine;
  console.error("this is a Pulumi provider; the engine starts it with its address as argument");
  process.exit(1);
}

/** Logs to the engine at an address. The log drops a message that it cannot deliver. */
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
