import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  DeleteRequest,
  Plugin,
  ReadRequest,
} from "../plugin/plugin";

/** Dispatches by type: some types have a provider of their own, all others share one. */
export class ByType implements Plugin {
  readonly version: string;
  readonly schema: string | undefined;
  readonly previews: boolean;

  /**
   * @param rest provider for all other types.
   * @param own providers by type token.
   */
  constructor(
    private readonly rest: Plugin,
    private readonly own: Readonly<Record<string, Plugin>>,
  ) {
    this.version = rest.version;
    this.schema = rest.schema;
    this.previews = rest.previews;
  }

  check = (request: CheckRequest) => this.of(request.type).check(request);
  diff = (request: ChangeRequest) => this.of(request.type).diff(request);
  create = (request: CreateRequest) => this.of(request.type).create(request);
  read = (request: ReadRequest) => this.of(request.type).read(request);
  update = (request: ChangeRequest & { preview: boolean }) => this.of(request.type).update(request);
  delete = (request: DeleteRequest) => this.of(request.type).delete(request);
  secrets = (type: string) => this.of(type).secrets(type);

  cancel = () => {
    for (const one of [this.rest, ...Object.values(this.own)]) one.cancel?.();
  };

  private of(type: string): Plugin {
    return this.own[type] ?? this.rest;
  }
}
