import { readOutputs, type StackOutputs } from "../operate/outputs";
import { switchPrimary } from "../operate/databases";
import { waitForGroup } from "./database-state";
import type { Measured } from "./drill";
import { edited } from "./edit-watch";
import { type StackSettings, up, upDone, withEdits } from "./up";

/** Number of database nodes before the measured edit. */
const many = 5;
/** The database node that is the primary, and that the edit removes. */
const leaving = "db-4";
/** The nodes that the edit removes. */
const goes = [leaving, "db-5"];
/** Longest wait for the group of all nodes, seconds: a new node may copy all data. */
const groupSeconds = 300;

function grow(settings: StackSettings): void {
  settings["webstack:db"] = { ...settings["webstack:db"], nodes: many };
}

/** Consents to the deletion of the nodes that go, until tomorrow. */
function consent(settings: StackSettings): void {
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const lines = goes.map((node) => `delete ${node} until ${until}`);
  Object.assign(settings, { "webstack:consent": lines });
}

/** Grows the database tier to five nodes; then measures its return while a node that goes is the primary. */
export async function shrunk(outputs: StackOutputs): Promise<Measured> {
  const { result } = await withEdits(async (edit) => {
    edit(grow);
    await upDone();
    const grown = readOutputs();
    try {
      await waitForGroup(grown, groupSeconds);
      await switchPrimary(grown, leaving);
      return await edited(outputs, true, async (mark) => {
        edit(consent);
        mark("shrink");
        await upDone();
      });
    } catch (error) {
      edit(consent);
      await up();
      throw error;
    }
  });
  return result;
}
