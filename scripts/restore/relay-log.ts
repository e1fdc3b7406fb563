import { crc32 } from "node:zlib";
import { encodeGtidSet } from "../../host/archiver/gtid-sets";
import { magic } from "../../host/archiver/replication/events";

const headerBytes = 19;
const previousGtids = 35;

/**
 * Converts a segment to a relay log: the event after the format description lists the transactions of
 * earlier files. MySQL refuses a file without this event (error 1866, tried with 9.7).
 *
 * https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Previous__gtids__event.html
 *
 * @param earlier GTID set of the earlier files.
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
