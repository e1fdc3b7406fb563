import { createConnection, createPool } from "mysql2/promise";

const login = { host: "127.0.0.1", port: 3306, user: "app", password: "trial", database: "app" };
const write = "INSERT INTO t (v) VALUES (1)";

/** Writes of one client: how many succeeded, the errors, and the longest write, milliseconds. */
export interface Writes {
  name: string;
  done: number;
  failures: string[];
  longestMs: number;
}

/** Clients as ordinary apps have them, none of which repeats a write. They begin at once. */
export function ordinaryClients() {
  const pool = createPool({ ...login, connectionLimit: 10 });
  const busyPool = createPool({ ...login, connectionLimit: 10 });
  const once = async () => {
    const connection = await createConnection(login);
    try {
      await connection.query(write);
    } finally {
      connection.destroy();
    }
  };
  const transaction = async () => {
    const connection = await busyPool.getConnection();
    try {
      await connection.beginTransaction();
      await connection.query(write);
      await connection.query("SELECT MAX(id) FROM t");
      await connection.query(write);
      await connection.commit();
      connection.release();
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };
  const clients = [
    client("a pool of 10, 50/s", 20, () => pool.query(write)),
    client("a pool of 10 with transactions, 50/s", 20, transaction),
    client("a connection for each write, 25/s", 40, once),
  ];
  return {
    /** Forgets the writes so far. */
    forget: () => clients.forEach((one) => one.forget()),
    /** Writes since the start, in a few words. */
    report: () =>
      clients.map(({ writes }) => `${writes.failures.length}/${writes.longestMs} ms`).join(", "),
    end: async (): Promise<Writes[]> => {
      await Promise.all(clients.map((one) => one.end()));
      return clients.map(({ writes }) => writes);
    },
  };
}

function client(name: string, everyMs: number, action: () => Promise<unknown>) {
  const writes: Writes = { name, done: 0, failures: [], longestMs: 0 };
  const open = new Set<Promise<void>>();
  const one = async () => {
    const begunMs = performance.now();
    try {
      await action();
      writes.done += 1;
      writes.longestMs = Math.max(writes.longestMs, Math.round(performance.now() - begunMs));
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      writes.failures.push(`${code ?? ""} ${message}`.slice(0, 120));
    }
  };
  const timer = setInterval(() => {
    const write = one().finally(() => open.delete(write));
    open.add(write);
  }, everyMs);
  return {
    writes,
    forget: () => void Object.assign(writes, { done: 0, failures: [], longestMs: 0 }),
    end: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}
