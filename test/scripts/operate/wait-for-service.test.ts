import { describe, expect, it, vi } from "vitest";
import { waitForService } from "../../../scripts/operate/hosts";
import { outputsWith } from "./support/nodes";

vi.mock("../../../rolling/node-states", () => ({ outOfService: async () => ["db-2", "web-1"] }));

const outputs = outputsWith("web-1", "web-2");

describe("waitForService", () => {
  it("fails after the deadline with the nodes that are not in service", async () => {
    await expect(waitForService(outputs, 0)).rejects.toThrow("not in service: db-2, web-1");
  });
});
