import { type Prices, pricesOf } from "../../preview/price-list";
import { cloudCall, type CloudProject } from "../../rolling/cloud-api";

/** The cloud's offer: prices and server types. */
export interface Catalogue {
  prices?: Prices;
  /** Answer of `GET /server_types`. */
  serverTypes?: unknown;
  /** Why prices or server types are missing. */
  warnings: string[];
}

/** Reads the offer of a cloud. A failure is no error: a preview without prices is still useful. */
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
