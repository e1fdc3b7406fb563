/** A searched pattern. */
export interface Pattern {
  bytes: Buffer;
  /** Number of the secret. */
  secret: number;
  /** Encoding of the secret. */
  form: string;
}

/** A match of a pattern. */
export interface Hit {
  pattern: Pattern;
  at: number;
}

/**
 * Finds hundreds of patterns in one pass (Wu and Manber): the last three bytes of the window determine the smallest
 * distance to the next match, or the candidate patterns.
 */
export class Matcher {
  private readonly least: number;
  private readonly most: number;
  private readonly shift = new Uint8Array(1 << 24);
  private readonly ending = new Map<number, Pattern[]>();

  /** @throws Error for a pattern below 3 bytes. */
  constructor(patterns: readonly Pattern[]) {
    const lengths = patterns.map(({ bytes }) => bytes.length);
    this.least = Math.min(255, ...lengths);
    this.most = Math.max(0, ...lengths);
    if (this.least < 3) throw new Error("patterns must be at least 3 bytes long");
    this.shift.fill(this.least - 2);
    for (const pattern of patterns) {
      for (let end = 2; end < this.least; end += 1) {
        const key = blockAt(pattern.bytes, end);
        const away = this.least - 1 - end;
        this.shift[key] = Math.min(this.shift[key]!, away);
        if (away > 0) continue;
        this.ending.set(key, [...(this.ending.get(key) ?? []), pattern]);
      }
    }
  }

  /** All matches in the bytes. */
  search(text: Buffer): Hit[] {
    const hits: Hit[] = [];
    let end = this.least - 1;
    while (end < text.length) {
      const key = (text[end - 2]! << 16) | (text[end - 1]! << 8) | text[end]!;
      const away = this.shift[key]!;
      if (away > 0) {
        end += away;
        continue;
      }
      const at = end - this.least + 1;
      for (const pattern of this.ending.get(key)!) {
        const { bytes } = pattern;
        if (text.subarray(at, at + bytes.length).equals(bytes)) hits.push({ pattern, at });
      }
      end += 1;
    }
    return hits;
  }

  /** Searches a stream piece by piece, and reports each found pattern once. */
  stream(): { feed: (piece: Buffer) => void; found: Set<Pattern> } {
    const found = new Set<Pattern>();
    let kept = Buffer.alloc(0);
    const feed = (piece: Buffer) => {
      const text = kept.length > 0 ? Buffer.concat([kept, piece]) : piece;
      for (const { pattern } of this.search(text)) found.add(pattern);
      // A copy: the caller may read the next piece into the same memory.
      kept = Buffer.from(text.subarray(Math.max(0, text.length - this.most + 1)));
    };
    return { feed, found };
  }
}

function blockAt(bytes: Buffer, end: number): number {
  return (bytes[end - 2]! << 16) | (bytes[end - 1]! << 8) | bytes[end]!;
}
