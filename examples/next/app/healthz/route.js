export const dynamic = "force-dynamic";

/** Asks no database: while none answers, pages that need none go on. */
export function GET() {
  return new Response("ok");
}
