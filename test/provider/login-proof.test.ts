import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { confirmedPath } from "../../host/converge/login";
import { undonePath } from "../../host/converge/undo";
import { applyConfiguration } from "../../provider/apply";
import { connect } from "../../provider/connect";
import { HostProvider } from "../../provider/host-provider";
import type { Inputs } from "../../provider/inputs";
import { LoginProof } from "../../provider/login-proof";
import { ConnectionLost } from "../../provider/session";
import { goodInputs, privateKey } from "./inputs";
import { type Answer, connectionTo, sshHost } from "./ssh-host";

const files = ["/etc/ssh/sshd_config.d/10-webstack.conf"];
const log = { status: vi.fn(), info: vi.fn(), warn: vi.fn() };
const line = (value: object) => `${JSON.stringify(value)}\n`;

/** A host whose converge asks for a confirmation, and waits for it for a while. */
async function host(letsIn: () => boolean) {
  const touched: string[] = [];
  let id = "none";
  async function* apply() {
    yield line({ step: "confirm", detail: files[0] });
    for (let n = 0; n < 150 && !touched.includes(confirmedPath(id)); n++) await pause(20);
    const kept = touched.includes(confirmedPath(id));
    yield line(kept ? { ok: true, changed: files } : { ok: false, unconfirmed: files });
  }
  const started = await sshHost((command, stdin): Answer => {
    if (command.endsWith("converge.js apply")) {
      id = (JSON.parse(stdin) as { confirmation: string }).confirmation;
      return { stdout: apply() };
    }
    const [, path] = /^sudo -n touch (\S+)$/.exec(command) ?? [];
    if (path) touched.push(path);
    return {};
  }, letsIn);
  onTestFinished(started.close);
  return started;
}

/** Applies a configuration to a host with a try of one second to log in anew. */
async function applied(port: number) {
  const args = connectionTo(port);
  const session = await connect(args);
  onTestFinished(() => session.close());
  const connectAgain = () => connect({ ...args, timeoutSeconds: 1 });
  const proof = new LoginProof("web-1", log);
  return { session, run: { log, proof, connectAgain } };
}

describe("a change of who can log in", () => {
  it("is confirmed over a new connection", async () => {
    const letsIn = { now: true };
    const { port } = await host(() => letsIn.now);
    const { session, run } = await applied(port);
    const inputs = goodInputs() as unknown as Inputs;
    expect(await applyConfiguration(session, inputs, run)).toEqual(files);
  });

  it("that locks everybody out fails with node, files, the reason, and how to go on", async () => {
    const letsIn = { now: true };
    const { port } = await host(() => letsIn.now);
    const { session, run } = await applied(port);
    letsIn.now = false;
    const inputs = goodInputs() as unknown as Inputs;
    await expect(applyConfiguration(session, inputs, run)).rejects.toThrow(
      /^web-1: nobody can log in with \/etc\/ssh\/sshd_config.d\/10-webstack.conf as wanted, so the change was not kept\nthe new login failed: 127.0.0.1 cannot be reached over SSH .*authentication methods failed[^]*put back what was there, by itself; its other files and its services were not touched; mend .* and run `up` again/,
    );
  });
});

describe("a connection that is lost while who can log in changes", () => {
  /** A host that hangs up on the first run. */
  async function cutting(undone: boolean) {
    let [runs, id] = [0, "none"];
    const commands: string[] = [];
    const started = await sshHost((command, stdin): Answer => {
      commands.push(command);
      if (command.endsWith("converge.js apply")) {
        id = (JSON.parse(stdin) as { confirmation: string }).confirmation;
        return ++runs === 1 ? "hang-up" : { stdout: line({ ok: true, changed: [] }) };
      }
      if (!command.includes(`cat ${undonePath}`)) return { status: 127 };
      return undone ? { stdout: line({ id, files }) } : { stdout: line({ id: "another", files }) };
    });
    onTestFinished(started.close);
    const provider = new HostProvider(() => log);
    const way = { host: "127.0.0.1", port: started.port, user: "webstack", privateKey };
    const inputs = goodInputs({ connection: { ...way, bastions: [] } });
    const state = { ...inputs, packages: [], hostKey: started.key };
    const about = { urn: "urn", type: "host:index:Configuration", name: "web-1", id: "web-1" };
    const update = provider.update({ ...about, state, oldInputs: state, inputs });
    return { update, commands, runs: () => runs, id: () => id };
  }

  it("is proof enough once there is a new one, and the run is waited for", async () => {
    const { update, commands, runs, id } = await cutting(false);
    await update;
    expect(runs()).toBe(2);
    expect(commands[1]).toBe(`sudo -n touch ${confirmedPath(id())}; sudo -n cat ${undonePath}`);
  });

  it("ends the run with the reason if the host took the change back", async () => {
    const { update, runs } = await cutting(true);
    await expect(update).rejects.toThrow(
      /web-1: nobody can log in with .*\nthe new login failed: the connection was lost/,
    );
    expect(runs()).toBe(1);
  });
});

it("a lost connection is no failed login", async () => {
  const proof = new LoginProof("web-1", log);
  const lost = { run: () => Promise.reject(new ConnectionLost("lost")) };
  await proof.of(lost as never);
  await expect(proof.of(lost as never)).rejects.toThrow(ConnectionLost);
});
