import type { Log } from "./engine-log";
import { convergeInput, type Inputs } from "./inputs";
import type { ConnectAgain, LoginProof } from "./login-proof";
import { redactor } from "./redact";
import { ask } from "./remote";
import type { RunOptions, Session } from "./session";

/** Longest time in which a run of converge says nothing, seconds; a wait says so every ten. */
const applySeconds = 1_800;

interface Outcome {
  ok: boolean;
  changed?: string[];
  waiting?: Record<string, string[]>;
  error?: string;
  rolledBack?: boolean;
  /** What is not back, if the host could not be put back. */
  notBack?: string;
  /** Paths of a change of who can log in that nobody confirmed. */
  unconfirmed?: string[];
  log?: string;
}

/** What converge says that it does; undefined if a line says something else. */
function stepOf(line: string): { name: string; detail: string } | undefined {
  try {
    const { step: name, detail = "" } = JSON.parse(line) as { step?: string; detail?: string };
    return name ? { name, detail } : undefined;
  } catch {
    return undefined;
  }
}

/** How a configuration is applied, besides the session. */
export interface Application {
  log: Log;
  /** Of who can log in, should that change. */
  proof: LoginProof;
  connectAgain: ConnectAgain;
}

/**
 * Applies the inputs.
 *
 * @throws Error with converge's reason and log, and how to go on; without secrets.
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
