import { randomBytes } from "node:crypto";
import { get } from "node:http";

/** Longest wait for the answer, milliseconds. */
const answerMs = 5_000;

/**
 * Checks as the authority would whether requests for a domain reach these load balancers, directly or
 * through a proxy in front of them. The check uses a token of its own and no request to the authority.
 *
 * @param thumbprint thumbprint of the account key, which only these load balancers answer with.
 * @returns the problem; undefined if the domain leads here.
 */
export async function domainProblem(name: string, thumbprint: string): Promise<string | undefined> {
  const token = randomBytes(16).toString("hex");
  const url = `http://${name}/.well-known/acme-challenge/${token}`;
  try {
    const { status, text } = await ask(url);
    if (status === 200 && text.trim() === `${token}.${thumbprint}`) return undefined;
    return `http://${name}/ is answered by another server (status ${status}); point the domain's DNS records to the load balancers' addresses`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOTFOUND" || code === "ENODATA")
      return `DNS has no address for ${name}; add A and AAAA records for the load balancers' addresses`;
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
        if (text.length > 1_000) call.destroy(new Error("the answer is too long"));
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
    call.on("error", reject);
  });
}
