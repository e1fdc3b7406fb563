import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  cloudProject,
  deleteServer,
  rebootServer,
  rebuildable,
  rebuildDisk,
} from "../../../scripts/operate/cloud-project";

let server: Server | undefined;
afterEach(() => server?.close());

type Reply = [status: number, body: object];

/** An API that answers as told, in turn for each call of a kind; returns what it was asked. */
async function api(replies: Record<string, Reply[]>) {
  const asked: string[] = [];
  server = createServer((call, response) => {
    let body = "";
    call.on("data", (chunk: Buffer) => (body += chunk.toString()));
    call.on("end", () => {
      const key = `${call.method} ${call.url}`;
      asked.push(`${key} ${body}`.trim());
      const [status, answer] = replies[key]?.shift() ?? [404, { error: { code: "not_found" } }];
      response.writeHead(status).end(JSON.stringify(answer));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { asked, project: { endpoint: `http://127.0.0.1:${port}/v1`, token: "t" } };
}

const action = (status: string, message?: string): Reply => [
  200,
  { action: { id: 7, status, error: message ? { code: "e", message } : null } },
];
const protection = "POST /v1/servers/41/actions/change_protection";

describe("deleting a server", () => {
  it("takes its protection away first, and follows each action to its end", async () => {
    const { asked, project } = await api({
      [protection]: [action("running")],
      "GET /v1/actions/7": [action("running"), action("success"), action("success")],
      "DELETE /v1/servers/41": [action("running")],
    });
    await deleteServer(project, 41);
    expect(asked).toEqual([
      `${protection} {"delete":false,"rebuild":false}`,
      "GET /v1/actions/7",
      "GET /v1/actions/7",
      "DELETE /v1/servers/41",
      "GET /v1/actions/7",
    ]);
  });

  it("is done if there is none", async () => {
    const { asked, project } = await api({});
    await deleteServer(project, 41);
    expect(asked).toHaveLength(2);
  });

  it("says what the API refuses", async () => {
    const { project } = await api({ [protection]: [[403, { error: { code: "forbidden" } }]] });
    await expect(deleteServer(project, 41)).rejects.toThrow(/answered 403: .*forbidden/);
  });

  it("says why an action failed", async () => {
    const { project } = await api({
      [protection]: [action("success")],
      "GET /v1/actions/7": [action("error", "server is locked")],
    });
    await expect(deleteServer(project, 41)).rejects.toThrow("action 7: server is locked");
  });
});

describe("rebooting a server", () => {
  const reboot = "POST /v1/servers/41/actions/reboot";

  it("follows the action to its end", async () => {
    const { asked, project } = await api({
      [reboot]: [action("running")],
      "GET /v1/actions/7": [action("success")],
    });
    await rebootServer(project, 41);
    expect(asked).toEqual([reboot, "GET /v1/actions/7"]);
  });

  it("is an error if there is none", async () => {
    const { project } = await api({});
    await expect(rebootServer(project, 41)).rejects.toThrow(/no server 41 .*pulumi refresh/);
  });
});

describe("rebuilding a server", () => {
  const path = "/v1/servers/41/actions";
  const server = (image: object | null) => ({ server: { image, protection: { rebuild: true } } });

  it("takes its protection away, and sends its own image with the user data", async () => {
    const { asked, project } = await api({
      "GET /v1/servers/41": [[200, server({ id: 5, name: "ubuntu-26.04" })]],
      [protection]: [action("running")],
      [`POST ${path}/rebuild`]: [action("running")],
      "GET /v1/actions/7": [action("success"), action("running"), action("success")],
    });
    await rebuildDisk(project, 41, await rebuildable(project, 41), "#cloud-config");
    expect(asked.filter((one) => one.startsWith("POST"))).toEqual([
      `${protection} {"delete":false,"rebuild":false}`,
      `POST ${path}/rebuild {"image":5,"user_data":"#cloud-config"}`,
    ]);
    expect(asked.at(-1)).toBe("GET /v1/actions/7");
  });

  it("asks for no end of a protection that is not there", async () => {
    const { asked, project } = await api({
      [`POST ${path}/rebuild`]: [action("running")],
      "GET /v1/actions/7": [action("success")],
    });
    await rebuildDisk(project, 41, { imageId: 5, isProtected: false }, "");
    expect(asked[0]).toMatch(/rebuild \{/);
  });

  it("is refused for a server that is gone, or whose image is", async () => {
    const { project } = await api({ "GET /v1/servers/41": [[200, server(null)]] });
    await expect(rebuildable(project, 41)).rejects.toThrow("the image of server 41 is gone");
    await expect(rebuildable(project, 41)).rejects.toThrow("there is no server 41 in the cloud");
  });
});

describe("the project of a stack", () => {
  it("needs a token, and says how it gets one", () => {
    vi.stubEnv("HCLOUD_TOKEN", "");
    vi.stubEnv("PATH", "/nowhere");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => cloudProject("dev")).toThrow(
      "stack dev has no readable hcloud:token, and HCLOUD_TOKEN is not set; store one with: pulumi config set --secret hcloud:token --stack dev",
    );
  });
});
