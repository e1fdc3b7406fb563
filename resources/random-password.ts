import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Length of each password; it has letters and digits only, so that no syntax needs quotes. */
const passwordLength = 32;

/** A new secret password, unchanged for as long as its resource exists. */
export function randomPassword(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { result } = new random.RandomPassword(
    name,
    { length: passwordLength, special: false },
    { parent },
  );
  return pulumi.secret(result);
}
