/** HTTP status per error code. Source: https://docs.hetzner.cloud/reference/cloud#errors */
const statusOf = {
  json_error: 400,
  unauthorized: 401,
  token_readonly: 401,
  forbidden: 403,
  resource_limit_exceeded: 403,
  maintenance: 403,
  not_found: 404,
  firewall_resource_not_found: 404,
  method_not_allowed: 405,
  uniqueness_error: 409,
  conflict: 409,
  deprecated_api_endpoint: 410,
  resource_unavailable: 412,
  placement_error: 412,
  primary_ip_version_mismatch: 412,
  locked: 423,
  protected: 423,
  rate_limit_exceeded: 429,
  server_error: 500,
  unavailable: 503,
  timeout: 504,
} as const;

/** Codes that belong to an operation; all of them answer 422. */
type OperationCode =
  | "invalid_input"
  | "service_error"
  | "volume_already_attached"
  | "unsupported_error"
  | "server_already_attached"
  | "ip_not_available"
  | "no_subnet_available"
  | "networks_overlap"
  | "server_not_stopped"
  | "invalid_server_type"
  | "private_net_only_server"
  | "primary_ip_assigned"
  | "primary_ip_already_assigned"
  | "primary_ip_datacenter_mismatch"
  | "server_has_ipv4"
  | "server_has_ipv6"
  | "must_be_unassigned"
  | "floating_ip_assigned"
  | "firewall_already_applied"
  | "firewall_managed_by_label_selector"
  | "resource_in_use"
  | "server_already_added"
  | "placement_group_member_limit_reached"
  | "incorrect_zone_mode";

/** A code the local cloud can answer with. */
export type ErrorCode = keyof typeof statusOf | OperationCode;

/** A failure the client is meant to see. Anything else that is thrown is a bug and becomes a 500. */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: object | null = null,
    private readonly ownStatus?: number,
  ) {
    super(message);
  }

  /** HTTP status: of the code, unless the operation has its own. */
  get status(): number {
    return this.ownStatus ?? (statusOf as Record<string, number>)[this.code] ?? 422;
  }

  /** The wire form. */
  toWire(): object {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

/** One or more fields of the input are not acceptable. */
export function invalidInput(...fields: { name: string; message: string }[]): ApiError {
  const names = fields.map(({ name }) => `'${name}'`).join(", ");
  const noun = fields.length === 1 ? "field" : "fields";
  return new ApiError("invalid_input", `invalid input in ${noun} ${names}`, {
    fields: fields.map(({ name, message }) => ({ name, messages: [message] })),
  });
}

/** There is no such thing. */
export function notFound(kind: string, id: number | string): ApiError {
  return new ApiError("not_found", `${kind} with ID '${id}' not found`);
}

/** Something under delete protection was to be deleted. */
export function isProtected(kind: string): ApiError {
  const text =
    kind === "floating_ip"
      ? "Floating IP deletion is protected"
      : `${kind.replaceAll("_", " ")} is delete protected`;
  return new ApiError("protected", text);
}

/** A limit of the project or of a resource is reached; `limit` as in `server_limit`. */
export function limitExceeded(limit: string, message: string): ApiError {
  return new ApiError("resource_limit_exceeded", message, { limits: [{ name: limit }] });
}

/** @throws ApiError `locked` while another action has the server. */
export function refuseLocked({ locked }: { locked: boolean }): void {
  if (locked) throw new ApiError("locked", "cannot perform operation because server is locked");
}
