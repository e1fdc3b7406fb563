import assert from "node:assert/strict";
import { ensureDocker, ensureImage } from "../../scripts/build-image";
import { checkGoldenFiles } from "../../scripts/local/golden-checks";
import { ensurePrerequisites, localCloudPrerequisites } from "../../scripts/local/prerequisites";
import { checkProxies } from "../../scripts/local/proxy-chain/chain";
import type { Story } from "./story";

/** The golden files of every role through the services' own checkers. */
export function goldenFilesStory(): Story {
  return {
    name: "golden files and the services' own checkers",
    steps: [
      {
        title: "every golden file is accepted by its service's own checker",
        run: async () => {
          const progress = (line: string) => console.log(`        ${line}`);
          ensurePrerequisites(localCloudPrerequisites, progress);
          await ensureDocker({ progress });
          const results = await checkGoldenFiles(await ensureImage({ progress }));
          const refused = results.filter(({ good }) => !good);
          console.log(`        ${results.length} checks`);
          assert.deepEqual(refused, []);
          assert.ok(results.length >= 25, `only ${results.length} checks`);
        },
      },
      {
        title: "requests through the real proxies are what the docs say",
        run: async () => {
          const checks = await checkProxies(await ensureImage({ progress: () => undefined }));
          for (const { title, detail } of checks)
            console.log(`        ${title}: ${detail || "yes"}`);
          assert.deepEqual(
            checks.filter(({ good }) => !good),
            [],
          );
        },
      },
    ],
    closing: [],
  };
}
