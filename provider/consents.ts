import type { CheckRequest, Plugin } from "../plugin/plugin";

/** Consents of this run's stack file. The inventory alone gets them, and a resource that is deleted gets no inputs. */
export class Consents {
  private allowed: readonly string[] = [];

  /** True if the stack file has a line such as `delete saved`. */
  allow(line: string): boolean {
    return this.allowed.includes(line);
  }

  /** The inventory's provider, whose checks are read. */
  readFrom(inventory: Plugin): Plugin {
    const check = (request: CheckRequest) => {
      const { allowed } = request.news;
      if (Array.isArray(allowed)) this.allowed = allowed.map(String);
      return inventory.check(request);
    };
    return { ...inventory, check };
  }
}
