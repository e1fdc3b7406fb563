import { randomBytes } from "node:crypto";
import { get } from "node:http";
import { answerTo } from "./answer";

const limits = { answerMs: 5_000, maxLength: 1_000 };

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
    const { status, text } = await answerTo(
      get(url, { agent: false, timeout: limits.answerMs }),
      limits,
    );
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
