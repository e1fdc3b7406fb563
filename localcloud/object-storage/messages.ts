import type { Who } from "./signature";

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
