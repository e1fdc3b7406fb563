import { type Prices, pricesOf } from "../../preview/cost";
import { cloudCall } from "../../rolling/cloud-api";
import { cloudProject } from "../operate/cloud-project";

/** What the cloud sells. */
export interface Catalogue {
  prices?: Prices;
  /** Answer of `GET /server_types`. */
  serverTypes?: unknown;
  /** Why one of them is missing. */
  warnings: string[];
}

/** Asks the cloud of a stack what it sells; without an answer a preview is still worth reading. */
export async function catalogueOf(stack: string | undefined): Promise<Catalogue> {
  try {
    const project = cloudProject(stack);
    const [pricing, serverTypes] = await Promise.all([
      cloudCall(project, "GET", "/pricing"),
      cloudCall(project, "GET", "/server_types?per_page=50"),
    ]);
    return { prices: pricesOf(pricing), serverTypes, warnings: [] };
  } catch (error) {
    return { warnings: [`prices and stock are not known: ${(error as Error).message}`] };
  }
}
