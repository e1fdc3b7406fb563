import { beforeAll, describe, expect, it } from "vitest";
import { refused, TestCloud } from "./support/test-cloud";

const cloud = new TestCloud();
let ids: number[] = [];

async function group(name: string, labels: Record<string, string>): Promise<number> {
  const body = { name, type: "spread", labels };
  return (await cloud.made("/placement_groups", body)).placement_group.id;
}

beforeAll(async () => {
  ids = [
    await group("c", { env: "production", tier: "web" }),
    await group("a", { env: "production", tier: "db" }),
    await group("b", { env: "test" }),
    await group("d", {}),
  ];
});

async function page(query: string): Promise<{ shown: number[]; pagination: object; link: string }> {
  const { body, headers } = await cloud.get(`/placement_groups?${query}`);
  const shown = body.placement_groups.map(({ id }: { id: number }) => ids.indexOf(id));
  return { shown, pagination: body.meta.pagination, link: headers.get("link") ?? "" };
}

describe("pages", () => {
  it("hold 25 entries unless asked otherwise", async () => {
    expect((await page("")).pagination).toEqual({
      page: 1,
      per_page: 25,
      previous_page: null,
      next_page: null,
      last_page: 1,
      total_entries: 4,
    });
  });

  it("name their neighbours", async () => {
    const { shown, pagination, link } = await page("page=2&per_page=1");
    expect(shown).toEqual([1]);
    expect(pagination).toEqual({
      page: 2,
      per_page: 1,
      previous_page: 1,
      next_page: 3,
      last_page: 4,
      total_entries: 4,
    });
    expect(link).toMatch(/page=1&per_page=1>; rel="prev", <[^>]*page=3&per_page=1>; rel="next"/);
  });

  it("end with one that has no next", async () => {
    const { shown, pagination } = await page("page=2&per_page=3");
    expect(shown).toEqual([3]);
    expect(pagination).toMatchObject({ next_page: null, last_page: 2 });
  });

  it("are refused with a number that is none, and with more than 50 entries", async () => {
    for (const [name, value] of [
      ["page", "0"],
      ["page", "x"],
      ["per_page", "51"],
    ] as const) {
      const answer = await cloud.get(`/placement_groups?${name}=${value}`);
      expect(answer).toMatchObject(refused(422, "invalid_input", { [name]: /page/ }));
    }
  });
});

describe("order", () => {
  it.each([
    ["", [0, 1, 2, 3]],
    ["sort=id:desc", [3, 2, 1, 0]],
    ["sort=name", [1, 2, 0, 3]],
    ["sort=name:desc", [3, 0, 2, 1]],
    ["sort=created&sort=name:desc", [3, 0, 2, 1]],
  ])("%s gives %j", async (query, expected) => {
    expect((await page(query)).shown).toEqual(expected);
  });

  it("by an unknown field or direction is refused", async () => {
    for (const sort of ["price", "name:up"]) {
      const answer = await cloud.get(`/placement_groups?sort=${sort}`);
      expect(answer).toMatchObject(refused(422, "invalid_input", { sort: new RegExp(sort) }));
    }
  });
});

describe("filters", () => {
  it.each([
    ["name=b", [2]],
    ["name=nobody", []],
    ["name=a&name=b", [1, 2]],
    ["type=spread&name=a", [1]],
    ["label_selector=env", [0, 1, 2]],
    ["label_selector=!env", [3]],
    ["label_selector=env%3D%3Dproduction", [0, 1]],
    ["label_selector=env%3Dtest", [2]],
    ["label_selector=env!%3Dproduction", [2, 3]],
    ["label_selector=tier in (web, db)", [0, 1]],
    ["label_selector=tier notin (web)", [1, 2, 3]],
    ["label_selector=env%3Dproduction,tier!%3Ddb", [0]],
    ["label_selector=tier in (web,db),env", [0, 1]],
  ])("%s finds %j", async (query, expected) => {
    expect((await page(query)).shown).toEqual(expected);
  });

  it.each(["constructor", "toString", "tier in (toString)"])(
    "find nothing by '%s', which no label is called",
    async (selector) => {
      expect((await page(`label_selector=${selector}`)).shown).toEqual([]);
    },
  );

  it.each([
    ...["a b", "a in web", "=x", ",", "env,", ",env", "env,,tier"],
    ...["env in (a", "env(a", "env in (a)tier", "env in (a b)", "env=a b", "env=-"],
  ])("refuse the selector '%s'", async (selector) => {
    const path = `/placement_groups?label_selector=${encodeURIComponent(selector)}`;
    expect(await cloud.get(path)).toMatchObject(
      refused(422, "invalid_input", { label_selector: /invalid selector/ }),
    );
  });
});
