import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "localcloud/test/**/*.test.ts", "sample-app/test/**/*.test.ts"],
    exclude: ["test/e2e/**", "**/node_modules/**"],
    env: { PULUMI_ERROR_OUTPUT_STRING: "1" },
    // Several programs and their engines start at once; a machine may be slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
