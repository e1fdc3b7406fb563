import { createHash, createHmac } from "node:crypto";

/** Credentials and region of a signature. */
export interface Signer {
  accessKeyId: string;
  secretAccessKey: string;
  /** Region, such as `fsn1`. */
  region: string;
}

/** A request before signing. */
export interface UnsignedRequest {
  method: string;
  url: URL;
  /** SHA-256 of the body, hexadecimal. */
  bodySha256: string;
  /** Further signed headers, names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Time of the request, such as `20261128T161200Z`. */
  at: string;
}

const algorithm = "AWS4-HMAC-SHA256";

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Headers of the request including its signature (AWS Signature Version 4).
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signHeaders(signer: Signer, request: UnsignedRequest): Record<string, string> {
  const { method, url, bodySha256, at } = request;
  const headers: Record<string, string> = {
    ...request.headers,
    host: url.host,
    "x-amz-content-sha256": bodySha256,
    "x-amz-date": at,
  };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams]
    .map(([name, value]) => `${strict(name)}=${strict(value)}`)
    .sort()
    .join("&");
  const canonical = [
    method,
    url.pathname
      .split("/")
      .map((part) => strict(decodeURIComponent(part)))
      .join("/"),
    query,
    ...names.map((name) => `${name}:${headers[name]!.trim()}`),
    "",
    names.join(";"),
    bodySha256,
  ].join("\n");
  const scope = `${at.slice(0, 8)}/${signer.region}/s3/aws4_request`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  const key = [signer.region, "s3", "aws4_request"].reduce(
    (last, part) => hmac(last, part),
    hmac(`AWS4${signer.secretAccessKey}`, at.slice(0, 8)),
  );
  const signature = hmac(key, [algorithm, at, scope, digest].join("\n")).toString("hex");
  const credential = `Credential=${signer.accessKeyId}/${scope}`;
  return {
    ...request.headers,
    "x-amz-content-sha256": bodySha256,
    "x-amz-date": at,
    authorization: `${algorithm} ${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}
