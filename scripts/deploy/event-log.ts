import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { EngineEvent } from "@pulumi/pulumi/automation";

/** A file into which the running engine writes its events, one JSON text on each line. */
export class EventLog {
  private offset = 0;
  private rest = "";
  private readonly decoder = new StringDecoder("utf8");

  constructor(
    private readonly path: string,
    private readonly onEvent: (event: EngineEvent) => void,
  ) {}

  /** Passes on the events since the last call. */
  read(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, "r");
    try {
      const chunk = Buffer.alloc(1 << 16);
      for (;;) {
        const length = readSync(file, chunk, 0, chunk.length, this.offset);
        if (length === 0) break;
        this.offset += length;
        this.take(this.decoder.write(chunk.subarray(0, length)));
      }
    } finally {
      closeSync(file);
    }
  }

  private take(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.onEvent(JSON.parse(line) as EngineEvent);
  }
}
