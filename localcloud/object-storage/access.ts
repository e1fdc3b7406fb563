import { readFileSync } from "node:fs";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { S3Error, type Who } from "./messages";

const pair = z.strictObject({
  accessKeyId: z.string().min(4),
  secretAccessKey: z.string().min(16),
});

const shape = z.strictObject({
  /** Names of the buckets that there are. */
  buckets: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{2,62}$/)).min(1),
  region: z.string().min(1),
  /** Puts, gets and lists, with versions; deletes nothing. */
  writer: pair,
  /** Lists, and deletes objects; puts and reads nothing, and deletes no single version. */
  keeper: pair,
  /** True if the buckets keep overwritten objects as earlier versions. */
  versioning: z.boolean().default(true),
});

/** Buckets, and who may use them. */
export type StorageAccess = z.infer<typeof shape>;

/** What a request is judged by. */
export type StorageKeys = Omit<StorageAccess, "versioning">;

/** Reads them from a file. @throws Error that names what is wrong in it. */
export function readStorageAccess(file: string): StorageAccess {
  const parsed = shape.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** A request as its signature is made of it. */
export interface SignedRequest {
  method: string;
  /** Path with its query as it was sent. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Longest difference of the clocks. Source: S3's error RequestTimeTooSkewed. */
const skewMs = 15 * 60_000;
const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/**
 * Tells who has signed a request. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 *
 * @throws S3Error if nobody who is known has.
 */
export function signerOf(request: SignedRequest, access: StorageKeys, now: Date): Who {
  const header = (name: string) => String(request.headers[name] ?? "").trim();
  const found = form.exec(header("authorization"));
  if (!found) throw new S3Error("AccessDenied", "the request is not signed with AWS4-HMAC-SHA256");
  const [, id, day, region, names = "", signature = ""] = found;
  const who = (["writer", "keeper"] as const).find((one) => access[one].accessKeyId === id);
  if (!who) throw new S3Error("InvalidAccessKeyId", `no access key ${id}`);
  const at = header("x-amz-date");
  const signedAt = at.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  if (!(Math.abs(Date.parse(signedAt) - now.getTime()) <= skewMs)) {
    throw new S3Error("RequestTimeTooSkewed", `the request is of ${at}`);
  }
  const [path = "", query = ""] = request.target.split("?");
  const canonical = [
    request.method,
    path,
    query
      .split("&")
      .filter((part) => part !== "")
      .map((part) => (part.includes("=") ? part : `${part}=`).replaceAll("+", "%20"))
      .sort()
      .join("&"),
    ...names.split(";").map((name) => `${name}:${header(name)}`),
    "",
    names,
    header("x-amz-content-sha256"),
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  const key = [region!, "s3", "aws4_request"].reduce(
    (last, part) => hmac(last, part),
    hmac(`AWS4${access[who].secretAccessKey}`, day!),
  );
  const wanted = hmac(key, ["AWS4-HMAC-SHA256", at, scope, digest].join("\n"));
  const isRight = timingSafeEqual(wanted, Buffer.from(signature, "hex"));
  const isSigned = names.split(";").includes("host") && region === access.region;
  if (!isRight || !isSigned) {
    throw new S3Error("SignatureDoesNotMatch", "the signature is not that of this request");
  }
  return who;
}
