import { nameBytes } from "./record-data";
import { codes, type NameAnswer, type ResourceRecord } from "./zone-answer";

const headerBytes = 12;
const inet = 1;
/** Number of the pseudo record of EDNS. Source: RFC 6891. */
const opt = 41;
/** Longest answer by UDP without EDNS (RFC 1035, 4.2.1), and the longest that is sent with it, bytes. */
const udpBytes = { least: 512, most: 1_232 } as const;
/** Longest message by TCP, bytes. */
export const tcpBytes = 65_535;
/** Types that ask for no records of a name: transfers, `ANY` and others. Source: RFC 6895, 3.1. */
const firstMetaType = 128;
const lastMetaType = 255;

/** The one question of a query. */
export interface Question {
  /** In small letters, without a dot at the end. */
  name: string;
  /** Number of the type. */
  type: number;
}

interface Query extends Question {
  class: number;
  /** First byte after the question. */
  end: number;
  /** Longest answer by UDP that the asker takes, bytes; undefined: the query has no EDNS. */
  ednsBytes: number | undefined;
}

function queryIn(message: Buffer): Query | undefined {
  if (message.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = message[at]; length !== 0; length = message[at]) {
    if (length === undefined || length > 63) return undefined;
    labels.push(message.toString("latin1", at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  const end = at + 5;
  if (message.length < end) return undefined;
  const [type, kind] = [message.readUInt16BE(at + 1), message.readUInt16BE(at + 3)];
  return { name: labels.join("."), type, class: kind, end, ednsBytes: ednsBytes(message, end) };
}

/** The pseudo record follows the question of a query that has nothing else: root, type, longest answer. */
function ednsBytes(message: Buffer, at: number): number | undefined {
  const isThere = message.readUInt16BE(10) > 0 && message.length >= at + 11 && message[at] === 0;
  return isThere && message.readUInt16BE(at + 1) === opt ? message.readUInt16BE(at + 3) : undefined;
}

/**
 * The message that answers a query.
 *
 * @param answerTo what is known of a name and a type.
 * @param by how the query came: an answer that is too long for UDP says so, and is asked for again by TCP.
 * @returns undefined if the message is no query.
 */
export function dnsAnswer(
  message: Buffer,
  answerTo: (question: Question) => NameAnswer,
  by: "udp" | "tcp" = "udp",
): Buffer | undefined {
  if (message.length < headerBytes || (message[2]! & 0x80) !== 0) return undefined;
  const query = queryIn(message);
  const none = { isAuthoritative: false, answers: [], authority: [] };
  const refused = query ? refusal(message, query) : codes.formatError;
  const answer = refused === undefined ? answerTo(query!) : { ...none, code: refused };
  const whole = written(message, query, answer, false);
  const { ednsBytes: wanted = udpBytes.least } = query ?? {};
  const most = Math.max(udpBytes.least, Math.min(wanted, udpBytes.most));
  if (whole.length <= (by === "tcp" ? tcpBytes : most)) return whole;
  return written(message, query, { ...answer, ...none }, true);
}

function refusal(message: Buffer, query: Query): number | undefined {
  const operation = (message[2]! >> 3) & 0x0f;
  if (operation !== 0) return codes.notImplemented;
  if (query.class !== inet) return codes.refused;
  const isMeta = query.type >= firstMetaType && query.type <= lastMetaType;
  return isMeta ? codes.notImplemented : undefined;
}

function written(
  message: Buffer,
  query: Query | undefined,
  { code, isAuthoritative, answers, authority }: NameAnswer,
  isCut: boolean,
): Buffer {
  const header = Buffer.alloc(headerBytes);
  message.copy(header, 0, 0, 2);
  // Operation and recursion as in the query, and as if there were recursion.
  header[2] = 0x80 | (message[2]! & 0x79) | (isAuthoritative ? 0x04 : 0) | (isCut ? 0x02 : 0);
  header[3] = 0x80 | code;
  const isEdns = query?.ednsBytes !== undefined;
  const counts = [query ? 1 : 0, answers.length, authority.length, isEdns ? 1 : 0];
  counts.forEach((count, i) => header.writeUInt16BE(count, 4 + 2 * i));
  return Buffer.concat([
    header,
    message.subarray(headerBytes, query?.end ?? headerBytes),
    ...[...answers, ...authority].map((record) => recordBytes(record, query!.name)),
    ...(isEdns
      ? [Buffer.from([0, 0, opt, udpBytes.most >> 8, udpBytes.most & 0xff, 0, 0, 0, 0, 0, 0])]
      : []),
  ]);
}

function recordBytes({ name, type, ttlSeconds, data }: ResourceRecord, asked: string): Buffer {
  // A pointer to the name in the question (RFC 1035, 4.1.4).
  const pointer = Buffer.from([0xc0, headerBytes]);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(inet, 2);
  fixed.writeUInt32BE(ttlSeconds, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([name === asked ? pointer : nameBytes(name)!, fixed, data]);
}
