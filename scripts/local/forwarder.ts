import { connect, createServer } from "node:net";

/**
 * Forwards TCP connections from 127.0.0.1:<port> to <address>:80 until it is ended, so that a
 * browser on this machine can open the stack. Arguments: port, address.
 */
function main(): void {
  const [port, address] = process.argv.slice(2);
  if (!port || !address) throw new Error("usage: forwarder <port> <address>");
  const server = createServer((client) => {
    const upstream = connect({ host: address, port: 80 });
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  server.on("error", (error) => {
    console.error(`cannot listen on 127.0.0.1:${port}: ${error.message}`);
    process.exit(1);
  });
  server.listen(Number(port), "127.0.0.1");
  process.on("SIGTERM", () => process.exit(0));
}

main();
