import { systemClock } from "./clock";
import { openMysql } from "./database/mysql";
import { retry } from "./database/retry";
import { migrate } from "./database/schema";
import { describeError } from "./errors";
import { stdoutLog as log } from "./log";
import { migrateSettings } from "./settings";

async function main(): Promise<void> {
  const { writeUrl: url, databaseCa: ca, deadlineMs } = migrateSettings(process.env);
  const policy = { deadlineMs, firstPauseMs: 100, maxPauseMs: 1000 };
  const onRetry = (error: unknown, attempt: number): void => {
    if (attempt % 10 === 2) log("warning", "migrate-waits", { attempt, ...describeError(error) });
  };
  const context = { clock: systemClock, random: Math.random, onRetry };
  const applied = await retry(policy, context, async (_, leftMs) => {
    const session = await openMysql({ url, ca, connectTimeoutMs: 1000, queryTimeoutMs: leftMs });
    try {
      return await migrate(session, Math.max(1, Math.floor(leftMs / 1000) - 1));
    } finally {
      session.destroy();
    }
  });
  log("info", "migrated", { applied });
}

main().catch((error: unknown) => {
  log("error", "migrate-failed", describeError(error));
  process.exitCode = 1;
});
