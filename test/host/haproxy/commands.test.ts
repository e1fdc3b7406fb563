import { describe, expect, it } from "vitest";
import {
  connectionsOfOldWorkers,
  endOldWorkers,
  oldWorkers,
  replaceWorker,
  openConnections,
} from "../../../host/haproxy/commands";

const list = (old: string) =>
  [
    "#<PID>          <type>          <reloads>       <uptime>        <version>",
    "15              master          2 [failed: 0]   0d00h00m09s     3.2.26-1",
    "# workers",
    "26              worker          0               0d00h00m01s     3.2.26-1",
    `# old workers\n${old}`,
  ].join("\n");

const two = list(
  "20              worker          1               0d00h00m04s     3.2.26-1\n" +
    "17              worker          2               0d00h00m09s     3.2.26-1\n",
);

const stat = (scur: number) => `# pxname,svname,qcur,qmax,scur,smax\npublic,FRONTEND,,,${scur},9\n`;

describe("oldWorkers", () => {
  it("lists the workers that end, without the master and the present worker", () => {
    expect(oldWorkers(two)).toEqual(["20", "17"]);
    expect(oldWorkers(list(""))).toEqual([]);
    expect(oldWorkers(two.split("# old workers")[0]!)).toEqual([]);
  });

  it("does not take another answer for an empty list", () => {
    expect(() => oldWorkers("Permission denied")).toThrow(/list its workers/);
  });
});

describe("connectionsOfOldWorkers", () => {
  const answers = (of17: string) => async (command: string) =>
    Promise.resolve(
      command === "show proc" ? two : command === "@!20 show stat -1 1 -1" ? stat(3) : of17,
    );

  it("adds up the connections of all old workers", async () => {
    expect(await connectionsOfOldWorkers(answers(stat(1)))).toBe(4);
  });

  it.each([
    "Can't find the target PID matching the prefix '@!17'",
    "Can't connect to the target CLI!",
  ])("counts a worker that has ended as none: %s", async (output) => {
    expect(await connectionsOfOldWorkers(answers(output))).toBe(3);
  });
});

describe("replaceWorker", () => {
  it("asks for a reload", async () => {
    const asked: string[] = [];
    await replaceWorker(async (command) => {
      asked.push(command);
      return Promise.resolve("Success=1\n--\n[NOTICE]   (15) : Loading success.");
    });
    expect(asked).toEqual(["reload"]);
  });

  it("fails with HAProxy's reason if the new worker does not start", async () => {
    const output = "Success=0\n--\n[ALERT] (23) : config : unknown keyword 'nonsense'";
    await expect(replaceWorker(() => Promise.resolve(output))).rejects.toThrow(/'nonsense'/);
  });
});

describe("endOldWorkers", () => {
  it("ends the old workers, and neither the master nor the present worker", async () => {
    const ended: number[] = [];
    await endOldWorkers(
      () => Promise.resolve(two),
      (pid) => ended.push(pid),
    );
    expect(ended).toEqual([20, 17]);
  });

  it("ends nothing after an answer that is no list", async () => {
    const end = () => expect.unreachable();
    await expect(endOldWorkers(() => Promise.resolve("Permission denied"), end)).rejects.toThrow(
      /list its workers/,
    );
  });
});

describe("openConnections", () => {
  it("adds up the current sessions of all frontends", () => {
    const csv = "# pxname,svname,qcur,qmax,scur,smax\nsite,FRONTEND,,,3,9\nhealth,FRONTEND,,,1,2\n";
    expect(openConnections(csv)).toBe(4);
  });

  it("is nothing without a frontend", () => {
    expect(openConnections("# pxname,svname,qcur,qmax,scur,smax\n")).toBe(0);
  });

  it("does not take another answer for quiet", () => {
    expect(() => openConnections("Permission denied\n")).toThrow(/no column scur/);
  });
});
