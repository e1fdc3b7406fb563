import { Browser } from "./browser";
import { fakeServices } from "./services";

export const ada = { name: "ada", password: "correct horse" };

/** A server without accounts, and a browser on it. */
export function start() {
  const fake = fakeServices();
  return { ...fake, browser: new Browser(fake.services) };
}

/** The same with ada's account, signed in. */
export async function signedIn() {
  const started = start();
  await started.browser.post("/api/accounts", ada);
  return started;
}
