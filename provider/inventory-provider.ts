import type { ChangeRequest, CheckRequest, CreateRequest, ReadRequest } from "../plugin/plugin";
import { isMap } from "../plugin/values";
import { changedChoices } from "./choices";
import { differences, inPlace } from "./difference";
import { losses } from "./losses";

/** Provider of inventories, which are records alone, see `inventory.ts`: it checks the inputs and changes nothing. */
export const inventoryProvider = {
  version: "0.1.0",
  previews: false,

  check: ({ olds, news }: CheckRequest) => ({
    inputs: { things: news.things, ...(isMap(news.chosen) ? { chosen: news.chosen } : {}) },
    failures: [...losses(olds, news), ...changedChoices(olds, news)],
  }),

  diff: ({ state, inputs }: ChangeRequest) => inPlace(differences(state, inputs)),

  create: async ({ inputs }: CreateRequest) => ({ id: "inventory", state: inputs }),
  read: async ({ id, state, inputs }: ReadRequest) => ({ id, state, inputs }),
  update: async ({ inputs }: ChangeRequest) => inputs,
  delete: async () => undefined,
  secrets: () => [],
};
