import { describe, expect, it, vi } from "vitest";
import { withTurn } from "../../../scripts/operate/hosts";
import { passedTurn } from "../../../web-stack/args";
import { outputsWith } from "./support/nodes";

const asked = vi.hoisted(() => [] as string[]);
vi.mock("../../../scripts/operate/ssh", () => ({
  runOnNode: async (_: unknown, node: string, command: string) => {
    asked.push(`${node} ${command}`);
    return "";
  },
}));

describe("withTurn", () => {
  it("passes the turn on to commands that the work runs, and to no later one", async () => {
    const outputs = outputsWith("lb-1", "web-1");
    const id = await withTurn(
      () => outputs,
      "npm run roll",
      async () => process.env[passedTurn],
    );
    expect(asked[0]).toMatch(new RegExp(`^lb-1 .* ${id} npm run roll of `));
    expect(asked.at(-1)).toMatch(new RegExp(`^lb-1 .* ${id} .* && rm`));
    expect(process.env[passedTurn]).toBeUndefined();
  });
});
