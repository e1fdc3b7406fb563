/** Events of a binary log, made by hand. */
export const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

function event(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(19);
  header[4] = type;
  header.writeUInt32LE(19 + body.length + 4, 9);
  return Buffer.concat([header, body, Buffer.alloc(4)]);
}

/** A description of the events, of that version. */
export function format(version = "9.7.4"): Buffer {
  const body = Buffer.alloc(80);
  body.writeUInt16LE(4);
  body.write(version, 2);
  return event(15, body);
}

/** First event of a transaction, committed at that time on its first server. */
export function gtid(number: number, us: number): Buffer {
  const body = Buffer.alloc(60);
  Buffer.from(uuid.replaceAll("-", ""), "hex").copy(body, 1);
  body.writeBigUInt64LE(BigInt(number), 17);
  // On this server a second later; the highest bit says that the first server's time follows.
  body.writeUIntLE((us + 1_000_000) % 2 ** 48, 42, 6);
  body[48] = Math.floor((us + 1_000_000) / 2 ** 48) | 0x80;
  body.writeUIntLE(us % 2 ** 48, 49, 6);
  body[55] = Math.floor(us / 2 ** 48);
  return event(33, body);
}

export function query(text: string): Buffer {
  const head = Buffer.alloc(13);
  head[8] = 3;
  head.writeUInt16LE(2, 11);
  return event(
    2,
    Buffer.concat([head, Buffer.from([0, 0]), Buffer.from("app\0"), Buffer.from(text)]),
  );
}

export const rows = (bytes = 10) => event(30, Buffer.alloc(bytes, 7));
export const xid = () => event(16, Buffer.alloc(8));
export const rotate = () => event(4, Buffer.alloc(8));
export const heartbeat = () => event(41, Buffer.alloc(8));
export const previousGtids = () => event(35, Buffer.alloc(8));
export const payload = () => event(40, Buffer.alloc(20));

/** A whole transaction of one row. */
export function transaction(number: number, us: number, bytes = 10): Buffer[] {
  return [gtid(number, us), query("BEGIN"), rows(bytes), xid()];
}
