import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";

/** What the header of an answer and its records say. */
export interface Seen {
  code: number;
  isAuthoritative: boolean;
  /** True if the answer did not fit. */
  isCut: boolean;
  answers: SeenRecord[];
  authority: SeenRecord[];
  /** True if the answer has the pseudo record of EDNS. */
  isEdns: boolean;
}

interface SeenRecord {
  name: string;
  type: number;
  ttlSeconds: number;
  data: Buffer;
}

/** A query for a name; `ednsBytes` is the longest answer that it takes. */
export function query(name: string, type: number, { kind = 1, ednsBytes = 0 } = {}): Buffer {
  const header = Buffer.from([0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, ednsBytes ? 1 : 0]);
  const labels = name
    .split(".")
    .flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const end = Buffer.from([0, type >> 8, type & 0xff, 0, kind]);
  const opt = [0, 0, 41, ednsBytes >> 8, ednsBytes & 0xff, 0, 0, 0, 0, 0, 0];
  return Buffer.concat([header, ...labels, end, Buffer.from(ednsBytes ? opt : [])]);
}

/** The answer to a message by UDP. */
export async function askedByUdp(port: number, message: Buffer): Promise<Seen> {
  const socket = createSocket("udp4");
  socket.send(message, port, "127.0.0.1");
  const [answer] = (await once(socket, "message")) as [Buffer];
  socket.close();
  return seenIn(answer);
}

/** The answers to messages of one TCP connection; the bytes arrive in two parts. */
export async function askedByTcp(port: number, messages: readonly Buffer[]): Promise<Seen[]> {
  const bytes = Buffer.concat(
    messages.flatMap((message) => [Buffer.from([0, message.length]), message]),
  );
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  await once(socket, "connect");
  socket.write(bytes.subarray(0, 5));
  setTimeout(() => socket.write(bytes.subarray(5)), 20);
  const found: Seen[] = [];
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    waiting = Buffer.concat([waiting, chunk as Buffer]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      found.push(seenIn(waiting.subarray(2, 2 + waiting.readUInt16BE(0))));
      waiting = waiting.subarray(2 + waiting.readUInt16BE(0));
    }
    if (found.length === messages.length) break;
  }
  return found;
}

function seenIn(answer: Buffer): Seen {
  const count = (i: number) => answer.readUInt16BE(4 + 2 * i);
  let at = 12;
  const name = (): string => {
    const labels: string[] = [];
    for (let length = answer[at]!; length !== 0; length = answer[at]!) {
      if (length >= 0xc0) {
        const back = at + 2;
        at = answer.readUInt16BE(at) & 0x3fff;
        labels.push(name());
        at = back;
        return labels.join(".");
      }
      labels.push(answer.toString("latin1", at + 1, at + 1 + length));
      at += 1 + length;
    }
    at += 1;
    return labels.join(".");
  };
  const record = (): SeenRecord => {
    const owner = name();
    const [type, ttlSeconds] = [answer.readUInt16BE(at), answer.readUInt32BE(at + 4)];
    const data = answer.subarray(at + 10, at + 10 + answer.readUInt16BE(at + 8));
    at += 10 + data.length;
    return { name: owner, type, ttlSeconds, data };
  };
  for (let i = 0; i < count(0); i++) {
    name();
    at += 4;
  }
  const [answers, authority, more] = [1, 2, 3].map((i) => Array.from({ length: count(i) }, record));
  return {
    code: answer[3]! & 0x0f,
    isAuthoritative: (answer[2]! & 0x04) !== 0,
    isCut: (answer[2]! & 0x02) !== 0,
    answers: answers!,
    authority: authority!,
    isEdns: more!.some(({ type }) => type === 41),
  };
}
