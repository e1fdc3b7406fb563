import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { encodeGtidSet } from "../gtid-sets";
import { Packets } from "./packets";

/** Arguments of {@link dump}. */
export interface DumpArgs {
  /** MySQL's Unix socket, such as `/run/mysqld/mysqld.sock`. */
  socket: string;
  /** MySQL user that authenticates by its system user and has REPLICATION SLAVE. */
  user: string;
  /** Server id of this reader: MySQL ends an older reader with the same id. */
  serverId: number;
  /** GTID set of transactions that are not sent. */
  except: string;
}

/** Interval of MySQL's heartbeats on an idle stream, nanoseconds. */
const heartbeatNs = 2_000_000_000;
/** Silence after which the stream counts as dead, milliseconds. */
const silenceMs = 20_000;
/** Longest wait for the answer to a command, milliseconds. */
const answerMs = 10_000;
const utf8mb4 = 45;
/** LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH. */
const capabilities = 0x1 | 0x200 | 0x8000 | 0x8_0000;
const command = { query: 0x03, dumpGtid: 0x1e };
/** BINLOG_THROUGH_GTID: the GTID set is the position, no file is named. */
const throughGtid = 0x04;

/**
 * Streams the binary log events that are not in `except`, as MySQL sends them to a replica; the stream
 * never ends by itself. No file is named, so that MySQL refuses if it has purged one of the transactions.
 *
 * @throws Error with MySQL's message if it refuses or the connection ends; PacketTimeoutError after 20 s of
 * silence.
 */
export async function* dump(args: DumpArgs): AsyncGenerator<Buffer, void> {
  const socket = connect(args.socket);
  socket.on("error", () => undefined);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(answerMs) });
    const packets = await loggedIn(socket, args.user);
    await setVariables(packets, settings);
    packets.send(dumpCommand(args), true);
    for (;;) {
      const packet = await packets.next(silenceMs);
      if (packet[0] === 0xff) throw refusal(packet);
      if (packet[0] === 0xfe && packet.length < 9) throw new Error("MySQL ended the stream");
      yield packet.subarray(1);
    }
  } finally {
    socket.destroy();
  }
}

const settings = ["source", "master"]
  .flatMap((word) => [
    `@${word}_heartbeat_period = ${heartbeatNs}`,
    `@${word}_binlog_checksum = @@GLOBAL.binlog_checksum`,
  ])
  .join(", ");

async function setVariables(packets: Packets, assignments: string): Promise<void> {
  const statement = Buffer.from(`SET ${assignments}`);
  packets.send(Buffer.concat([Buffer.from([command.query]), statement]), true);
  const answer = await packets.next(answerMs);
  if (answer[0] === 0xff) throw refusal(answer);
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html */
async function loggedIn(socket: Socket, user: string): Promise<Packets> {
  const packets = new Packets(socket);
  const greeting = await packets.next(answerMs);
  if (greeting[0] === 0xff) throw refusal(greeting);
  const fixed = Buffer.alloc(32);
  fixed.writeUInt32LE(capabilities, 0);
  fixed.writeUInt32LE(0x4000_0000, 4);
  fixed[8] = utf8mb4;
  const login = Buffer.from(`${user}\0\0auth_socket\0`);
  packets.send(Buffer.concat([fixed, login]), false);
  for (;;) {
    const answer = await packets.next(answerMs);
    if (answer[0] === 0x00) return packets;
    if (answer[0] === 0xff) throw refusal(answer);
    // The kernel proves the user to auth_socket; there is nothing to send.
    if (answer[0] === 0xfe) packets.send(Buffer.alloc(0), false);
  }
}

function dumpCommand({ serverId, except }: DumpArgs): Buffer {
  const set = encodeGtidSet(except);
  const fixed = Buffer.alloc(23);
  fixed[0] = command.dumpGtid;
  fixed.writeUInt16LE(throughGtid, 1);
  fixed.writeUInt32LE(serverId, 3);
  // Length 0 of the file name.
  fixed.writeUInt32LE(0, 7);
  fixed.writeBigUInt64LE(4n, 11);
  fixed.writeUInt32LE(set.length, 19);
  return Buffer.concat([fixed, set]);
}

function refusal(packet: Buffer): Error {
  const code = packet.readUInt16LE(1);
  const text = packet.subarray(packet[3] === 0x23 ? 9 : 3).toString();
  return new Error(`MySQL refuses the binary log (${code}): ${text}`);
}
