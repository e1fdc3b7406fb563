import { randomBytes } from "node:crypto";
import { get } from "node:http";

/** Longest wait for the answer, milliseconds. */
const answerMs = 5_000;

/**
 * Asks as the authority would, with a proof of its own: whether a name leads to these load balancers,
 * directly or through somebody in front of them. It costs the authority nothing.
 *
 * @param thumbprint of the account's key, with which these load balancers alone answer.
 * @returns undefined if it does, else what was seen instead.
 */
export async function leadsElsewhere(
  name: string,
  thumbprint: string,
): Promise<string | undefined> {
  const token = randomBytes(16).toString("hex");
  const url = `http://${name}/.well-known/acme-challenge/${token}`;
  try {
    const { status, text } = await ask(url);
    if (status === 200 && text.trim() === `${token}.${thumbprint}`) return undefined;
    return `http://${name}/ is answered by somebody else (status ${status})`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOTFOUND" || code === "ENODATA") return `DNS knows no address of ${name}`;
    if (code === "EAI_AGAIN") return `DNS does not answer for ${name}`;
    return `http://${name}/ does not answer: ${message}`;
  }
}

function ask(url: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = get(url, { agent: false, timeout: answerMs }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > 1_000) call.destroy(new Error("a long answer"));
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    call.on("error", reject);
  });
}
