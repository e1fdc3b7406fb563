/** A fault that cannot be injected as it was asked for. */
export class FaultError extends Error {}
