import { CommandError } from "@pulumi/pulumi/automation";

/**
 * Why a run stopped. Of a failed engine only the diagnostics: its output repeats every resource and
 * every output of the stack.
 */
export function engineReason(error: Error): string {
  if (!(error instanceof CommandError)) return error.message;
  const diagnostics = error.message.split("\nDiagnostics:\n")[1];
  return diagnostics?.split(/\n(?:Outputs|Resources):\n/)[0]?.trimEnd() ?? error.message;
}
