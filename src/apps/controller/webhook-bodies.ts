/** The whole body, or why it was not taken. */
export type WebhookBody =
  | { readonly kind: "read"; readonly bytes: Uint8Array; readonly release: () => void }
  | { readonly kind: "tooLarge" | "crowded" | "late" };

export interface WebhookBodiesOptions {
  /** The largest body that is taken; asked for anew by each request. */
  readonly mostBytes: () => number;
  /** How much may be held at once of bodies whose sender is not proved yet; at least one of the largest fits. */
  readonly mostHeldBytes: number;
  /** How long a sender may take for a body. */
  readonly timeoutMs: number;
}

interface Held {
  bytes: number;
  chunks: Uint8Array[];
  refuse: () => void;
}

/**
 * Reads bodies of requests that anybody may send, so that a flood of them cannot take the memory: what is held of all is bounded, and where that is
 * used up the one that holds most is given up. Usual webhooks, which are small, get through beside large ones.
 */
export class WebhookBodies {
  private readonly reading = new Set<Held>();
  /** Of bodies that are read and of those that are being read. */
  private heldBytes = 0;

  constructor(private readonly options: WebhookBodiesOptions) {}

  /** A body that was read counts as held until it is released. */
  async read(request: Request): Promise<WebhookBody> {
    const mostBytes = this.options.mostBytes();
    // A length that is given is believed where it refuses; the bytes are counted in any case.
    if (Number(request.headers.get("content-length") ?? 0) > mostBytes) return { kind: "tooLarge" };
    const held: Held = { bytes: 0, chunks: [], refuse: () => {} };
    const crowded = new Promise<WebhookBody>((resolve) => {
      held.refuse = () => resolve({ kind: "crowded" });
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<WebhookBody>((resolve) => {
      timer = setTimeout(() => resolve({ kind: "late" }), this.options.timeoutMs);
    });
    this.reading.add(held);
    const body = await Promise.race([this.collect(request, held, mostBytes), crowded, late]).finally(() => {
      clearTimeout(timer);
      this.reading.delete(held);
    });
    if (body.kind !== "read") this.letGo(held);
    return body;
  }

  private async collect(request: Request, held: Held, mostBytes: number): Promise<WebhookBody> {
    const reader = request.body?.getReader();
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      // Given up meanwhile: nothing more is read, and the connection ends with the answer.
      if (!this.reading.has(held)) return { kind: "crowded" };
      if (done) break;
      if (held.bytes + value.length > mostBytes) return { kind: "tooLarge" };
      held.bytes += value.length;
      this.heldBytes += value.length;
      held.chunks.push(value);
      if (!this.makeRoom(mostBytes, held)) return { kind: "crowded" };
    }
    const bytes = Buffer.concat(held.chunks);
    held.chunks = [];
    return { kind: "read", bytes, release: () => this.letGo(held) };
  }

  /** Gives up those that hold most until the rest fits; whether the asking one stays. */
  private makeRoom(mostBytes: number, asking: Held): boolean {
    const most = Math.max(mostBytes, this.options.mostHeldBytes);
    while (this.heldBytes > most) {
      const largest = [...this.reading].reduce((a, b) => (b.bytes > a.bytes ? b : a), asking);
      this.reading.delete(largest);
      this.letGo(largest);
      largest.refuse();
      if (largest === asking) return false;
    }
    return true;
  }

  private letGo(held: Held): void {
    this.heldBytes -= held.bytes;
    held.bytes = 0;
    held.chunks = [];
  }
}
