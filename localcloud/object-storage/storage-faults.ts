import { setTimeout as pause } from "node:timers/promises";
import type { FaultOf } from "../faults/shapes";
import { S3Error } from "./messages";

type Fault = FaultOf<"storage">;

/** Faults of the object storage. */
export class StorageFaults {
  private readonly active = new Map<number, Fault>();

  add(id: number, fault: Fault): void {
    this.active.set(id, fault);
  }

  remove(id: number): void {
    this.active.delete(id);
  }

  /**
   * Stands before every request.
   *
   * @param isDelayed false for a part of a request that was delayed already.
   * @throws S3Error if one of the faults refuses it.
   * @returns true if it is never to be answered.
   */
  async before(
    method: string,
    key: string,
    storedBytes: () => number,
    isDelayed = true,
  ): Promise<boolean> {
    const fitting = [...this.active.values()].filter(
      (fault) => key.includes(fault.key) && (fault.method ?? method) === method,
    );
    for (const { latencyMs } of fitting) if (latencyMs && isDelayed) await pause(latencyMs);
    if (fitting.some(({ stalls }) => stalls)) return true;
    const refusing = fitting.find(({ status }) => status !== undefined);
    if (refusing) {
      const code = refusing.status === 503 ? "ServiceUnavailable" : "InternalError";
      throw new S3Error(code, "injected fault", refusing.status);
    }
    const isFull = fitting.some(
      ({ fullBytes }) => fullBytes !== undefined && storedBytes() >= fullBytes,
    );
    if (isFull && (method === "PUT" || method === "POST")) {
      throw new S3Error("QuotaExceeded", "the bucket is full");
    }
    return false;
  }
}
