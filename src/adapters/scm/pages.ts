import { ExternalError } from "../../core/errors.js";
import type { Value, ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt } from "../../core/manifest/value.js";
import type { Reply, ScmHttp, ScmRequest } from "./scm-http.js";

/** Beyond any real organisation: ends a host's endless paging. */
const maxPages = 10_000;

/** How to get from a page to the next: its URL, or undefined at the end. */
type NextPage = (reply: Reply, url: string) => string | undefined;

/** The items of all pages. A page that cannot be read fails the whole listing: a short list must never look like the truth. */
export async function allPages(
  http: ScmHttp,
  first: string,
  options: { readonly next: NextPage; readonly items?: (body: Value) => readonly Value[]; readonly request?: ScmRequest },
): Promise<readonly ValueObject[] | undefined> {
  const found: ValueObject[] = [];
  let url: string | undefined = first;
  for (let page = 0; url !== undefined; page++) {
    if (page === maxPages) throw new ExternalError("the listing does not end", { code: "SCM_PAGES" });
    const reply: Reply = await http.request(url, options.request);
    if (reply.status >= 300) return undefined;
    const items = (options.items ?? listOf)(reply.body);
    for (const item of items) if (isObject(item)) found.push(item);
    url = options.next(reply, url);
  }
  return found;
}

function listOf(body: Value): readonly Value[] {
  if (!Array.isArray(body)) throw new ExternalError("the host's answer is no list", { code: "SCM_ANSWER" });
  return body as readonly Value[];
}

/** `values` of the body, as Bitbucket and Azure have it. */
export function valuesOf(key: string): (body: Value) => readonly Value[] {
  return (body) => {
    if (!isObject(body) || !Array.isArray(body[key]))
      throw new ExternalError(`the host's answer has no ${key}`, { code: "SCM_ANSWER" });
    return listAt(body, key);
  };
}

/** RFC 8288: `Link: <url>; rel="next"` (GitHub, Gitea, GitLab). */
export const byLink: NextPage = ({ headers }) => {
  for (const part of (headers.get("link") ?? "").split(",")) {
    const found = /<([^>]+)>.*;\s*rel="?next"?/.exec(part);
    if (found) return found[1];
  }
  return undefined;
};

/** GitLab: `x-next-page`, empty at the end. */
export const byNextPageHeader: NextPage = (reply, url) => {
  const page = reply.headers.get("x-next-page");
  return page ? withQuery(url, { page }) : byLink(reply, url);
};

/** Bitbucket Cloud: `next` in the body. */
export const byBodyNext: NextPage = ({ body }) => (isObject(body) && typeof body["next"] === "string" ? body["next"] : undefined);

/** Bitbucket Server: `isLastPage` and `nextPageStart`. */
export const byPageStart: NextPage = ({ body }, url) => {
  if (!isObject(body) || body["isLastPage"] !== false) return undefined;
  return withQuery(url, { start: String(body["nextPageStart"]) });
};

/** Azure DevOps: `x-ms-continuationtoken`. */
export const byContinuation: NextPage = ({ headers }, url) => {
  const continuationToken = headers.get("x-ms-continuationtoken");
  return continuationToken ? withQuery(url, { continuationToken }) : undefined;
};

/** The URL with these query parameters set. */
export function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const made = new URL(url);
  for (const [key, value] of Object.entries(query)) made.searchParams.set(key, value);
  return made.href;
}

/** A path of encoded segments. */
export function segments(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join("/");
}
