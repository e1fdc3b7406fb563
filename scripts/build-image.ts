import { ensureImage } from "../localcloud/image/build";
import { ensureDocker } from "../localcloud/machines/docker-engine";
import { ensurePrerequisites, imagePrerequisites } from "./local/prerequisites";

export { ensureDocker, ensureImage };

/** `npm run build:image`: builds the image from which hosts of the local cloud boot, unless it exists. */
async function main(): Promise<void> {
  const progress = (line: string) => console.log(line);
  ensurePrerequisites(imagePrerequisites, progress);
  await ensureDocker({ progress });
  console.log(await ensureImage({ progress }));
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
