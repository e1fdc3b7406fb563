import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "localcloud/test/**/*.test.ts", "sample-app/test/**/*.test.ts"],
    exclude: ["test/e2e/**", "**/node_modules/**"],
    env: { PULUMI_ERROR_OUTPUT_STRING: "1" },
    testTimeout: 20_000,
  },
});
