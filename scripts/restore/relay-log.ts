import { crc32 } from "node:zlib";
import { encodeGtidSet } from "../../host/archiver/gtid-sets";
import { magic } from "../../host/archiver/replication/events";

const headerBytes = 19;
const previousGtids = 35;

/**
 * The bytes of a segment as a relay log: after the description of its events stands which
 * transactions earlier files have. MySQL refuses a file without that (error 1866, seen with 9.7).
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Previous__gtids__event.html
 *
 * @param earlier GTID set of the files before it.
 */
export function relayLog(segment: Buffer, earlier: string): Buffer {
  const formatEnd = magic.length + segment.readUInt32LE(magic.length + 9);
  const body = encodeGtidSet(earlier);
  const size = headerBytes + body.length + 4;
  const header = Buffer.alloc(headerBytes);
  header[4] = previousGtids;
  header.writeUInt32LE(size, 9);
  header.writeUInt32LE(formatEnd + size, 13);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(Buffer.concat([header, body])));
  return Buffer.concat([
    segment.subarray(0, formatEnd),
    header,
    body,
    sum,
    segment.subarray(formatEnd),
  ]);
}
