import { createHash } from "node:crypto";
import type { Reply, ScmRequest } from "./scm-http.js";

/**
 * Replies that a host has tagged, to be asked for again with If-None-Match: an answer of 304 costs most hosts' budgets nothing. Kept by address
 * and by who asks, for two tokens may see different things.
 */
export class ConditionalReplies {
  private readonly replies = new Map<string, { readonly etag: string; readonly reply: Reply }>();

  constructor(private readonly maxReplies = 2_000) {}

  keyOf(url: string, request: ScmRequest, headers: Readonly<Record<string, string>>): string | undefined {
    if ((request.method ?? "GET") !== "GET") return undefined;
    const who = createHash("sha256")
      .update(JSON.stringify([headers, request.headers ?? {}]))
      .digest("base64url");
    return `${who} ${url}`;
  }

  headers(key: string | undefined): Readonly<Record<string, string>> {
    const known = key === undefined ? undefined : this.replies.get(key);
    return known === undefined ? {} : { "if-none-match": known.etag };
  }

  /** The reply that stands: the one that was kept where the host says that nothing has changed. */
  take(key: string | undefined, reply: Reply): Reply {
    if (key === undefined) return reply;
    const known = this.replies.get(key);
    if (reply.status === 304 && known !== undefined) {
      this.replies.delete(key);
      this.replies.set(key, known);
      return known.reply;
    }
    const etag = reply.headers.get("etag");
    this.replies.delete(key);
    if (reply.status !== 200 || etag === null) return reply;
    this.replies.set(key, { etag, reply });
    for (const oldest of this.replies.keys()) {
      if (this.replies.size <= this.maxReplies) break;
      this.replies.delete(oldest);
    }
    return reply;
  }
}
