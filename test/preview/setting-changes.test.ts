import { expect, it } from "vitest";
import { settingChanges } from "../../preview/setting-changes";

it("names each edited setting with both values, secrets by name alone", () => {
  const before = {
    "webstack:web": { count: 2, headers: { A: "1" } },
    "webstack:app": { secretEnv: { KEY: { secure: "v1:old" } } },
    "webstack:image": "ubuntu-26.04",
  };
  const after = {
    "webstack:web": { count: 3, headers: { A: "1", B: "2" } },
    "webstack:app": { secretEnv: { KEY: { secure: "v1:new" } } },
    "webstack:locations": ["nbg1"],
  };
  expect(settingChanges(before, after)).toEqual([
    { key: "webstack:web.count", from: "2", to: "3" },
    { key: "webstack:web.headers.B", from: "nothing", to: "2" },
    { key: "webstack:app.secretEnv.KEY", from: "[secret]", to: "[secret]" },
    { key: "webstack:image", from: "ubuntu-26.04", to: "nothing" },
    { key: "webstack:locations", from: "nothing", to: '["nbg1"]' },
  ]);
});
