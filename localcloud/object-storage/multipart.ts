import { createHash, randomUUID } from "node:crypto";
import { checkPut, md5, type Objects } from "./objects";
import { type StorageAnswer, type StorageRequest, S3Error } from "./messages";

interface Upload {
  bucket: string;
  key: string;
  parts: Map<number, Buffer>;
}

/** Uploads in parts; those that are not completed are lost with the process. */
export class Multipart {
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly objects: Objects,
    private readonly now: () => Date,
  ) {}

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
  answer(request: StorageRequest): StorageAnswer {
    const { method, bucket, key, query, body } = request;
    if (method === "POST" && query.has("uploads")) return this.begin(bucket, key);
    const id = query.get("uploadId") ?? "";
    const upload = this.uploads.get(id);
    if (!upload || upload.bucket !== bucket || upload.key !== key) {
      throw new S3Error("NoSuchUpload", `no upload ${id} of ${key}`);
    }
    if (method === "POST") return this.complete(id, upload, request);
    if (method === "DELETE") {
      this.uploads.delete(id);
      return { status: 204 };
    }
    if (method !== "PUT") throw new S3Error("NotImplemented", `${method} of an upload`);
    const number = Number(query.get("partNumber"));
    if (!(number >= 1 && number <= 10_000)) throw new S3Error("InvalidArgument", "partNumber");
    upload.parts.set(number, body);
    return { status: 200, headers: { etag: `"${md5(body)}"` } };
  }

  private begin(bucket: string, key: string): StorageAnswer {
    const id = randomUUID();
    this.uploads.set(id, { bucket, key, parts: new Map() });
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
    return { status: 200, body };
  }

  private complete(id: string, { bucket, key, parts }: Upload, request: StorageRequest) {
    checkPut(this.objects, request);
    const named = [
      ...request.body.toString().matchAll(/<PartNumber>\s*(\d+)\s*<\/PartNumber>/g),
    ].map(([, number]) => parts.get(Number(number)));
    if (named.length === 0 || named.some((part) => !part)) {
      throw new S3Error("InvalidPart", "a part that is named is not there");
    }
    const contents = named as Buffer[];
    const sums = createHash("md5");
    for (const part of contents) sums.update(createHash("md5").update(part).digest());
    const etag = `${sums.digest("hex")}-${contents.length}`;
    this.objects.put(bucket, key, Buffer.concat(contents), this.now(), etag);
    this.uploads.delete(id);
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<CompleteMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${key}</Key><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`;
    return { status: 200, body };
  }
}
