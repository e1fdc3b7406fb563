import type {
  ChangeRequest,
  CheckRequest,
  CreateRequest,
  Plugin,
  ReadRequest,
  Subject,
} from "../plugin/plugin";
import type { Values } from "../plugin/values";
import { differences } from "./difference";
import { losses } from "./losses";

/** Token of what only keeps a record, see `inventory.ts`. */
const inventory = "host:index:Inventory";

/** A provider of one more type: the inventory, which is checked and recorded, and done nothing with. */
export class WithInventory implements Plugin {
  readonly version: string;
  readonly schema: string | undefined;
  readonly previews: boolean;

  constructor(private readonly rest: Plugin) {
    this.version = rest.version;
    this.schema = rest.schema;
    this.previews = rest.previews;
  }

  check = (request: CheckRequest) => {
    const { type, olds, news } = request;
    if (type !== inventory) return this.rest.check(request);
    return { inputs: { things: news.things }, failures: losses(olds, news) };
  };

  diff = (request: ChangeRequest) => {
    if (request.type !== inventory) return this.rest.diff(request);
    const changes = differences(request.state, request.inputs);
    return { changes, deleteBeforeReplace: false, isOfInputs: true };
  };

  create = async (request: CreateRequest) =>
    request.type === inventory
      ? { id: "inventory", state: request.inputs }
      : this.rest.create(request);

  read = async (request: ReadRequest) => {
    if (request.type !== inventory) return this.rest.read(request);
    const { id, state, inputs } = request;
    return { id, state, inputs };
  };

  update = async (request: ChangeRequest & { preview: boolean }): Promise<Values> =>
    request.type === inventory ? request.inputs : this.rest.update(request);

  delete = async (request: Subject & { id: string; state: Values }): Promise<void> => {
    if (request.type !== inventory) await this.rest.delete(request);
  };

  secrets = (type: string) => (type === inventory ? [] : this.rest.secrets(type));

  cancel = () => this.rest.cancel?.();
}
