import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** How a command ended. */
export interface Ended {
  status: number | null;
  stdout: string;
  /** The end of both streams. */
  output: string;
}

/** Author of a rehearsal's commits, which belong to no branch. */
const author = {
  ...{ GIT_AUTHOR_NAME: "rehearsal", GIT_AUTHOR_EMAIL: "rehearsal@localhost" },
  ...{ GIT_COMMITTER_NAME: "rehearsal", GIT_COMMITTER_EMAIL: "rehearsal@localhost" },
};

/**
 * The directory in which both revisions run, one after the other. The names of a local cloud's hosts and networks
 * follow from the path of its state, `.webstack/local` of the checkout. So in another directory the change would find
 * no stack.
 */
export class Tree {
  /**
   * @param repository checkout whose files are rehearsed.
   * @param path directory of the rehearsal.
   */
  constructor(
    private readonly repository: string,
    readonly path: string,
  ) {}

  /**
   * The commit that a revision names.
   *
   * @param option option of the command line with the revision, for the message.
   * @throws Error if there is none.
   */
  commit(revision: string, option = "--base"): string {
    try {
      const words = ["rev-parse", "--verify", "--quiet", "--end-of-options"];
      return this.git([...words, `${revision}^{commit}`]);
    } catch (error) {
      const fix = "fetch it first, with all of its history";
      throw new Error(`${option} must be a revision of this repository, got ${revision}; ${fix}`, {
        cause: error,
      });
    }
  }

  /** Commits the present files of the checkout, edited and new ones too, without those that Git ignores. */
  present(): string {
    const folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
    const env = { ...author, GIT_INDEX_FILE: join(folder, "index") };
    try {
      this.git(["read-tree", "HEAD"], env);
      this.git(["add", "--all"], env);
      const tree = this.git(["write-tree"], env);
      return this.git(["commit-tree", tree, "-p", "HEAD", "-m", "rehearsed"], env);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Replaces the tracked files of the directory by those of a commit; ignored files stay. */
  checkOut(commit: string): void {
    if (existsSync(join(this.path, ".git"))) {
      this.git(["-C", this.path, "checkout", "--quiet", "--force", "--detach", commit]);
      return;
    }
    this.git(["worktree", "prune"]);
    this.git(["worktree", "add", "--quiet", "--force", "--detach", this.path, commit]);
  }

  /** True if two commits have the same dependencies. */
  sameDependencies(one: string, other: string): boolean {
    const found = this.git(["diff", "--name-only", one, other, "--", "package-lock.json"]);
    return found === "";
  }

  /** Removes the directory. */
  remove(): void {
    if (existsSync(this.path)) this.git(["worktree", "remove", "--force", this.path]);
  }

  private git(words: string[], env: NodeJS.ProcessEnv = {}): string {
    return execFileSync("git", words, {
      cwd: this.repository,
      encoding: "utf8",
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  }
}

/** Largest part of a command's output that is kept for an error, characters. */
const kept = 8_000;

/**
 * Runs npm in a directory, without the variables of the npm that started this process: they are about another checkout.
 *
 * @param signal aborts the command as Ctrl-C does.
 */
export function npmIn(cwd: string, signal: AbortSignal) {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name));
  const env = Object.fromEntries(own);
  return (words: readonly string[], onLine?: (line: string) => void): Promise<Ended> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new Error("interrupted"));
      // A process group of its own: npm does not pass SIGINT on, because its child processes get it from the terminal.
      const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
      const child = spawn("npm", words, { cwd, env, stdio, detached: true });
      const stop = () => {
        try {
          if (child.pid) process.kill(-child.pid, "SIGINT");
        } catch {
          // The command has just ended.
        }
      };
      signal.addEventListener("abort", stop);
      let [stdout, output] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      for (const stream of [child.stdout, child.stderr]) {
        createInterface(stream).on("line", (line) => {
          output = `${output}${line}\n`.slice(-kept);
          onLine?.(line);
        });
      }
      child.on("error", reject);
      child.on("close", (status) => {
        signal.removeEventListener("abort", stop);
        if (signal.aborted) reject(new Error("interrupted"));
        else resolve({ status, stdout, output });
      });
    });
}
