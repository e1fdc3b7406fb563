import { createHash, createHmac } from "node:crypto";
import { writer } from "./test-storage";

export interface RequestOptions {
  who?: typeof writer;
  headers?: Record<string, string>;
  body?: string;
  /** Sent in the place of the body that was signed. */
  sent?: string;
  at?: Date;
}

/** Signs as S3's documentation says, and asks. */
export async function askAt(
  url: string,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  const { who = writer, headers = {}, body = "", sent = body, at = new Date() } = options;
  const date = at.toISOString().replace(/[-:]|\.\d+/g, "");
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) =>
    createHmac("sha256", key).update(text).digest();
  const [name = "", query = ""] = path.split("?");
  const rest = { "x-amz-content-sha256": digest(body), "x-amz-date": date };
  const signed: Record<string, string> = { host: new URL(url).host, ...rest };
  const names = Object.keys(signed).sort();
  const lines = names.map((one) => `${one}:${signed[one]}`);
  const canonical = [method, name, query, ...lines, "", names.join(";"), digest(body)].join("\n");
  const scope = `${date.slice(0, 8)}/local/s3/aws4_request`;
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${who.secretAccessKey}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope, digest(canonical)].join("\n"));
  const authorization = `AWS4-HMAC-SHA256 Credential=${who.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature.toString("hex")}`;
  return fetch(`${url}${path}`, {
    method,
    headers: { ...headers, ...rest, authorization },
    ...(method === "PUT" || method === "POST" ? { body: sent } : {}),
  });
}

/** Status of an answer, with the code of S3. */
export async function code(response: Promise<Response>): Promise<string> {
  const answer = await response;
  return `${answer.status} ${/<Code>([^<]*)/.exec(await answer.text())?.[1] ?? ""}`.trim();
}
