import type { StackOutputs } from "../../operate/outputs";
import { bytesOf, checkRoom } from "../room";
import { bring, type Bringing } from "./bring";
import { catalogOf, catalogSql, chosenTables } from "./wanted";

/**
 * As {@link bring}, into a stack whose database nodes all have room for the tables.
 *
 * @throws Error that names each node without room; nothing was loaded then.
 */
export async function bringChecked(outputs: StackOutputs, bringing: Bringing): Promise<void> {
  const { copy, wanted } = bringing;
  const chosen = chosenTables(wanted, catalogOf(await copy.query(catalogSql)));
  const bytes = await bytesOf(copy, (one) =>
    chosen.some(({ schema, table }) => one.schema === schema && one.table === table),
  );
  await checkRoom(outputs, bytes);
  await bring(bringing);
}
