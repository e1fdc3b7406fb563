import { isIP } from "node:net";
import { isMap } from "../plugin/values";
import type { Log } from "./engine-log";
import { convergeInput, type Inputs } from "./inputs";
import type { ConnectAgain, LoginProof } from "./login-proof";
import { ask } from "./remote";
import type { RunOptions, Session } from "./session";

/** Length of the shortest text that counts as a secret; shorter texts would redact ordinary words. */
const least = 8;

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return isMap(value) || Array.isArray(value) ? Object.values(value).flatMap(leaves) : [];
}

function json(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/**
 * Texts of a secret file to redact: the whole text, each line, each value, and each password in a URL. An address
 * is not secret, though an app's variables contain addresses beside passwords.
 */
function secretTexts(content: string): string[] {
  const lines = content.split("\n");
  const values = lines.map((line) => line.slice(line.indexOf("=") + 1).replace(/^["']|["']$/g, ""));
  const all = [content, ...lines, ...values, ...leaves(json(content))];
  const passwords = all.flatMap((text) =>
    [...text.matchAll(/:\/\/[^\s:/@]*:([^\s@/]+)@/g)].flatMap(([, word]) => [
      word!,
      decodeURIComponent(word!),
    ]),
  );
  return [...all, ...passwords]
    .map((text) => text.trim())
    .filter((text) => text.length >= least && isIP(text) === 0);
}

/** A function that redacts the contents of secret files in a text. */
export function redactor(secrets: Record<string, string>): (text: string) => string {
  const hidden = [...new Set(Object.values(secrets).flatMap(secretTexts))];
  hidden.sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, one) => shown.replaceAll(one, "[secret]"), text);
}

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
      if (step?.name === "warning") log.warn(redact(step.detail));
      else if (step) log.status(redact(`${step.name} ${step.detail}`.trim()));
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
