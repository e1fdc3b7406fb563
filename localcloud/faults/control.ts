import { Hono } from "hono";
import { z } from "zod";
import type { CallLog, RateLimit } from "../calls";
import { FaultError, faultShape } from "./shapes";
import type { Faults } from "./faults";

/** The control API: `GET /faults`, `POST /faults`, `DELETE /faults[/:id]`, `GET /calls`, `DELETE /rate-limit`. Loopback only. */
export function controlApp(faults: Faults, callLog: CallLog, limit: RateLimit): Hono {
  const app = new Hono();
  app.get("/calls", (call) => call.json({ calls: callLog.all() }));
  app.delete("/rate-limit", (call) => {
    limit.forget();
    return call.json({});
  });
  app.get("/faults", (call) => call.json({ faults: faults.list() }));
  app.post("/faults", async (call) => {
    const parsed = faultShape.safeParse(await call.req.json().catch(() => undefined));
    if (!parsed.success) return call.json({ error: z.prettifyError(parsed.error) }, 400);
    return call.json(await faults.inject(parsed.data), 201);
  });
  app.delete("/faults", async (call) => call.json({ healed: await faults.heal() }));
  app.delete("/faults/:id", async (call) => {
    const healed = await faults.heal(Number(call.req.param("id")));
    return healed.length > 0 ? call.json({ healed }) : call.json({ error: "no such fault" }, 404);
  });
  app.onError((error, call) =>
    call.json({ error: error.message }, error instanceof FaultError ? 400 : 500),
  );
  return app;
}
