import { describe, expect, it } from "vitest";
import type { Bundle } from "../../services/bundle";
import { cloudConfig } from "../../services/first-boot/cloud-config";
import { writtenFiles } from "../support/first-boot";
import { loadBalancer } from "./rendered";
import { databaseNode } from "./rendered-database";

const [lb, db] = [loadBalancer(), databaseNode()];

describe("first boot", () => {
  const programs = (bundle: Bundle): string[] => {
    const args = {
      adminUser: "webstack",
      deployKey: "ssh-ed25519 AAAA deploy",
      firstContactKey: "once",
      bundle,
    };
    const written = writtenFiles(cloudConfig(args))["/var/lib/webstack/bundle.json"]!;
    const { files } = JSON.parse(written) as Bundle;
    return Object.keys(files).filter((path) => path.startsWith("/usr/local/lib/webstack/"));
  };

  it("brings no program of a service that waits for its secrets", () => {
    const supervisor = "/usr/local/lib/webstack/supervisor.js";
    expect(db.files).toHaveProperty([supervisor]);
    expect(programs(db)).not.toContain(supervisor);
  });

  it("brings no program that people alone run", () => {
    const edge = "/usr/local/lib/webstack/edge.js";
    expect(lb.files).toHaveProperty([edge]);
    expect(programs(lb)).not.toContain(edge);
  });

  it("brings the rest", () => {
    const other = "/usr/local/lib/webstack/other.js";
    const files = { ...db.files, [other]: db.files[Object.keys(db.files)[0]!]! };
    const service = { unit: "a.service", reloadFiles: [], restartFiles: [other], needs: [] };
    const services = [...db.services, service];
    expect(programs({ ...db, files, services })).toContain(other);
  });
});
