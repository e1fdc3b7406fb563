import { rootFile } from "../bundle";
import { programPath } from "../host-program";
import type { Service } from "../service";
import { unitCheck } from "../unit-check";
import { recoverService, recoverUnit } from "./recover-unit";

/** Facts about a node that converge's part depends on. */
export interface ConvergeFacts {
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

const root0755 = { owner: "root", group: "root", mode: "0755" };

/** The program that brings a host to its wanted state, with Node and the directories of all host programs. */
export const converge: Service<ConvergeFacts> = {
  name: "converge",
  openings: [],
  part: ({ programs }) => {
    if (programs.converge === undefined) throw new Error("programs must hold converge");
    return {
      packages: ["nodejs"],
      directories: {
        "/etc/webstack": root0755,
        "/usr/local/lib/webstack": root0755,
        "/var/lib/webstack": root0755,
      },
      files: {
        [programPath("converge")]: rootFile(programs.converge),
        [recoverUnit]: rootFile(recoverService(programPath("converge"))),
      },
      checks: [unitCheck([], [], [recoverUnit])],
      services: [
        {
          unit: "webstack-converge-recover.service",
          reloadFiles: [],
          restartFiles: [recoverUnit],
          needs: [],
        },
      ],
    };
  },
};
