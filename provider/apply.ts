import type { Log } from "./engine-log";
import { convergeInput, type Inputs } from "./inputs";
import type { ConnectAgain, LoginProof } from "./login-proof";
import { redactor } from "./redact";
import { ask } from "./remote";
import type { RunOptions, Session } from "./session";

/** Longest silence of a run of converge, seconds; converge reports a wait every ten seconds. */
const applySeconds = 1_800;

interface Outcome {
  ok: boolean;
  changed?: string[];
  waiting?: Record<string, string[]>;
  error?: string;
  rolledBack?: boolean;
  /** What the rollback did not restore, if it failed. */
  notBack?: string;
  /** Paths of an unconfirmed change of login files. */
  unconfirmed?: string[];
  log?: string;
}

/** Parses a line of converge that reports a step; undefined for any other line. */
function stepOf(line: string): { name: string; detail: string } | undefined {
  try {
    const { step: name, detail = "" } = JSON.parse(line) as { step?: string; detail?: string };
    return name ? { name, detail } : undefined;
  } catch {
    return undefined;
  }
}

/** Arguments of {@link applyConfiguration}, besides session and inputs. */
export interface Application {
  log: Log;
  /** Proof that the login still works, if the configuration changes login files. */
  proof: LoginProof;
  connectAgain: ConnectAgain;
}

/**
 * Applies the inputs to the host.
 *
 * @throws Error with converge's reason and log, and the remedy; without secrets.
 */
export async function applyConfiguration(
  session: Session,
  inputs: Inputs,
  { log, proof, connectAgain }: Application,
): Promise<string[]> {
  const redact = redactor(inputs.secrets);
  await proof.of(session);
  let given = Promise.resolve();
  const options: RunOptions = {
    input: convergeInput(inputs, proof.id),
    timeoutSeconds: applySeconds,
    onLine: (line) => {
      const step = stepOf(line);
      if (step) log.status(redact(`${step.name} ${step.detail}`.trim()));
      if (step?.name === "confirm") given = proof.give(connectAgain);
    },
  };
  const outcome = await ask<Outcome>(session, "apply", options)
    .catch((error: Error) => {
      error.message = redact(error.message);
      throw error;
    })
    .finally(() => given);
  if (!outcome.ok) {
    const { unconfirmed, notBack } = outcome;
    if (unconfirmed) throw new Error(proof.failure({ files: unconfirmed, notBack }));
    throw new Error(redact(failure(outcome)));
  }
  const waiting = Object.entries(outcome.waiting ?? {});
  if (waiting.length > 0) {
    const text = waiting.map(([unit, paths]) => `${unit} lacks ${paths.join(", ")}`).join("; ");
    throw new Error(`services that stay off: ${text}; give these files and run \`up\` again`);
  }
  return outcome.changed ?? [];
}

function failure({ error, rolledBack, notBack, log }: Outcome): string {
  const whole = rolledBack
    ? "the host was put back to what it was"
    : "no file of the host was changed";
  const back = notBack ?? whole;
  return [error, log, `${back}; mend the cause and run \`up\` again, it goes on from here`]
    .filter(Boolean)
    .join("\n");
}
