/** Who asks. */
export type Who = "writer" | "keeper";

/** A request of which it is known who asks. */
export interface StorageRequest {
  who: Who;
  method: string;
  bucket: string;
  /** Empty: the bucket itself. */
  key: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** What is answered. */
export interface StorageAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** Codes with their status. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const statuses = {
  AccessDenied: 403,
  BadDigest: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPart: 400,
  InvalidRange: 416,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  QuotaExceeded: 403,
  RequestTimeTooSkewed: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** A refusal as S3 writes it. */
export class S3Error extends Error {
  constructor(
    readonly code: keyof typeof statuses,
    message: string,
    /** Status in the place of that of the code. */
    private readonly otherStatus?: number,
  ) {
    super(message);
  }

  get status(): number {
    return this.otherStatus ?? statuses[this.code];
  }

  toXml(): string {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${this.code}</Code><Message>${escaped(this.message)}</Message></Error>`;
  }
}

/** A text inside of XML. */
export function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
