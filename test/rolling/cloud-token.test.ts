import { expect, it } from "vitest";
import { callsTo } from "../../doctor/api";
import { tokenFindings } from "../../doctor/token";
import { catalogueAt } from "../../scripts/preview/catalogue";

/** Port 1 answers nobody. */
const endpoint = "http://127.0.0.1:1/v1";

it.each(["hunter2\nsecond", "hunter2 second", "hunter2…"])(
  "names no token that can be none, as a paste of two lines: %j",
  async (token) => {
    const { warnings } = await catalogueAt(() => ({ endpoint, token }));
    const found = await tokenFindings([
      { setting: "hcloud:token", call: callsTo(endpoint, token) },
    ]);
    const words = JSON.stringify([warnings, found]);
    expect(words).not.toContain("hunter2");
    expect(words).toContain("the API token must be one line of letters and digits");
  },
);
