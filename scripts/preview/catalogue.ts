import { type Prices, pricesOf } from "../../preview/price-list";
import { cloudCall, type CloudProject } from "../../rolling/cloud-api";

/** What the cloud sells. */
export interface Catalogue {
  prices?: Prices;
  /** Answer of `GET /server_types`. */
  serverTypes?: unknown;
  /** Why one of them is missing. */
  warnings: string[];
}

/** Asks a cloud what it sells; without an answer a preview is still worth reading. */
export async function catalogueAt(find: () => CloudProject): Promise<Catalogue> {
  try {
    const project = find();
    const [pricing, serverTypes] = await Promise.all([
      cloudCall(project, "GET", "/pricing"),
      cloudCall(project, "GET", "/server_types?per_page=50"),
    ]);
    return { prices: pricesOf(pricing), serverTypes, warnings: [] };
  } catch (error) {
    return { warnings: [`prices and stock are not known: ${(error as Error).message}`] };
  }
}
