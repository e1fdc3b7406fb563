import { describe, expect, it } from "vitest";
import {
  absences,
  machineActions,
  type MachineAction,
  overlaps,
} from "../../../scripts/drill/absences";

const action = (id: number, server: string, command: string, begun: number, ended: number) => ({
  ...{ id, server, command, status: "success" },
  ...{ begunMs: begun * 1000, endedMs: ended * 1000 },
});
const resize = (id: number, server: string, from: number, to: number): MachineAction[] => [
  action(id, server, "stop_server", from, from + 1),
  action(id + 1, server, "change_server_type", from + 1, to),
];

describe("servers without power", () => {
  it("are away from their stop to the end of what started them", () => {
    const actions = [
      ...resize(1, "app-1", 10, 30),
      action(3, "app-2", "reboot_server", 12, 13),
      action(4, "app-2", "stop_server", 40, 41),
    ];
    expect(absences(actions)).toEqual([
      { server: "app-1", fromMs: 10_000, toMs: 30_000 },
      { server: "app-2", fromMs: 12_000, toMs: 13_000 },
      { server: "app-2", fromMs: 40_000, toMs: Number.POSITIVE_INFINITY },
    ]);
  });

  it("are told if two of them were away at a time", () => {
    const [first, second] = [resize(1, "app-1", 10, 30), resize(3, "app-2", 30, 50)];
    expect(overlaps(absences([...first, ...second]))).toEqual([]);
    const early = resize(3, "app-2", 29, 50);
    expect(overlaps(absences([...first, ...early]))).toEqual(["app-1 and app-2"]);
  });

  it("are found in the API's own record, in its order", async () => {
    const wire = (id: number, command: string) => ({
      ...{ id, command, status: "success" },
      ...{ started: "2026-11-28T10:00:00+00:00", finished: "2026-11-28T10:00:02+00:00" },
    });
    const answers: Record<string, object> = {
      "/servers?per_page=50": {
        servers: [
          { id: 1, name: "web-1" },
          { id: 2, name: "web-2" },
        ],
      },
      "/servers/1/actions?per_page=50&sort=id:desc": { actions: [wire(9, "stop_server")] },
      "/servers/2/actions?per_page=50&sort=id:desc": { actions: [wire(8, "start_server")] },
    };
    const found = await machineActions(async <T>(path: string) => answers[path] as T);
    expect(found.map(({ id, server }) => [id, server])).toEqual([
      [8, "web-2"],
      [9, "web-1"],
    ]);
    expect(found[0]!.endedMs - found[0]!.begunMs).toBe(2_000);
  });
});
