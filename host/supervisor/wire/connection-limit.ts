import type { Socket } from "node:net";

/**
 * Open connections by the address that they come from. A flood from one address ends its own
 * oldest connections, and takes no place of another address.
 */
export class ConnectionLimit {
  private readonly open = new Map<string, Map<number, Socket>>();

  /** @param perAddress most connections of one address, such as 16; at least 1. */
  constructor(private readonly perAddress: number) {}

  /** Takes a connection in; beyond the limit the oldest one of its address is destroyed. */
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

  /** Counts a connection no more, which goes on. */
  release({ remoteAddress = "", remotePort = 0 }: Socket): void {
    this.open.get(remoteAddress)?.delete(remotePort);
  }

  /** Number of connections that are counted. */
  get size(): number {
    return [...this.open.values()].reduce((sum, sockets) => sum + sockets.size, 0);
  }

  private forget(address: string, port: number, socket: Socket): void {
    const sockets = this.open.get(address);
    // The port may have been taken again by a later connection.
    if (sockets?.get(port) === socket) sockets.delete(port);
    if (sockets?.size === 0) this.open.delete(address);
  }
}
