import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { Hono } from "hono";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** Serves the built page from `directory`; `/` is its index.html. */
export function staticFiles(directory: string): Hono {
  const site = new Hono();
  site.get("/*", async (context) => {
    const wanted = normalize(join(directory, context.req.path === "/" ? "index.html" : context.req.path));
    const type = types[extname(wanted)];
    if (!wanted.startsWith(directory + sep) || type === undefined) return context.notFound();
    const body = await readFile(wanted).catch(() => undefined);
    if (body === undefined) return context.notFound();
    return context.body(new Uint8Array(body), 200, { "content-type": type, "content-security-policy": contentSecurityPolicy });
  });
  return site;
}
