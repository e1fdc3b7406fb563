/** Name of the stack on the local cloud; its settings are in `Pulumi.local.yaml`. */
export const localStackName = "local";
