import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Length of each password; letters and digits only, so that no syntax needs them quoted. */
const passwordLength = 32;

/** A new password that is a secret; the same for as long as its resource lives. */
export function randomPassword(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { result } = new random.RandomPassword(
    name,
    { length: passwordLength, special: false },
    { parent },
  );
  return pulumi.secret(result);
}
