import type { BundlePart } from "../bundle";
import type { Service, ServicePart } from "../service";
import { appBundle, type AppBundleArgs, appSecretPaths } from "./app-bundle";

/** The app's processes, and the proxy through which they reach the databases. */
export const app: Service<AppBundleArgs> = {
  name: "app",
  openings: [{ from: "web", protocol: "tcp", port: 3000, purpose: "requests to the app" }],
  secrets: {
    [appSecretPaths.env]: { owner: "root", group: "root", mode: "0600", secret: "environment" },
    [appSecretPaths.databaseCa]: {
      ...{ owner: "root", group: "root", mode: "0644" },
      secret: "databaseCa",
    },
  },
  part: (facts) => withoutSecretFiles(appBundle(facts)),
};

function withoutSecretFiles({ secretFiles: _, ...part }: BundlePart): ServicePart {
  return part;
}
