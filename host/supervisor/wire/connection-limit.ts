import type { Socket } from "node:net";

/**
 * Limits the open connections per remote address. A flood from one address closes that address's own
 * oldest connections, and none of another address.
 */
export class ConnectionLimit {
  private readonly open = new Map<string, Map<number, Socket>>();

  /** @param perAddress most connections of one address, such as 16; at least 1. */
  constructor(private readonly perAddress: number) {}

  /** Counts a connection; beyond the limit the oldest one of the same address is destroyed. */
  admit(socket: Socket): void {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined) return void socket.destroy();
    const sockets = this.open.get(address) ?? new Map<number, Socket>();
    this.open.set(address, sockets.set(port, socket));
    socket.once("close", () => this.forget(address, port, socket));
    if (sockets.size <= this.perAddress) return;
    const [[oldestPort, oldest]] = [...sockets] as [[number, Socket]];
    sockets.delete(oldestPort);
    oldest.destroy();
  }

  /** Stops counting a connection, which stays open. */
  release({ remoteAddress = "", remotePort = 0 }: Socket): void {
    this.open.get(remoteAddress)?.delete(remotePort);
  }

  /** Number of counted connections. */
  get size(): number {
    return [...this.open.values()].reduce((sum, sockets) => sum + sockets.size, 0);
  }

  private forget(address: string, port: number, socket: Socket): void {
    const sockets = this.open.get(address);
    // The port may already belong to a later connection.
    if (sockets?.get(port) === socket) sockets.delete(port);
    if (sockets?.size === 0) this.open.delete(address);
  }
}
