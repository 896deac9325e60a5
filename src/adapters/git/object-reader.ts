import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { ExternalError } from "../../core/errors.js";
import { startGit } from "./git-command.js";

export interface GitObject {
  readonly id: string;
  readonly type: "blob" | "tree" | "commit" | "tag";
  readonly size: number;
  /** Empty where only the header was asked for. */
  readonly bytes: Uint8Array;
}

interface Pending {
  readonly withContents: boolean;
  resolve(object: GitObject | undefined): void;
  reject(error: Error): void;
}

/** Reads objects of one bare repository through a `git cat-file --batch-command` child that stays; many requests may be under way. */
export class ObjectReader {
  private child: ChildProcessWithoutNullStreams | undefined;
  private pending: Pending[] = [];
  private head = 0;
  private chunks: Buffer[] = [];
  private buffered = 0;
  private header: { id: string; type: GitObject["type"]; size: number } | undefined;
  private outgoing: string[] = [];

  constructor(
    private readonly directory: string,
    private readonly env: Record<string, string>,
  ) {}

  /** The object that `name` (an object id, or any revision expression that this adapter built) stands for; undefined when missing. */
  contents(name: string): Promise<GitObject | undefined> {
    return this.ask(`contents ${name}`, true);
  }

  /** Type and size only. */
  info(name: string): Promise<GitObject | undefined> {
    return this.ask(`info ${name}`, false);
  }

  close(): void {
    this.child?.stdin.end();
    this.child?.kill();
    this.fail("closed");
  }

  private ask(command: string, withContents: boolean): Promise<GitObject | undefined> {
    const child = (this.child ??= this.start());
    return new Promise((resolve, reject) => {
      if (this.head === this.pending.length) this.hold(true);
      this.pending.push({ withContents, resolve, reject });
      this.outgoing.push(command);
      // One write and one flush for all that is asked in the same turn.
      if (this.outgoing.length === 1) {
        queueMicrotask(() => {
          child.stdin.write(`${this.outgoing.join("\n")}\nflush\n`);
          this.outgoing = [];
        });
      }
    });
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = startGit(["cat-file", "--batch-command", "--buffer"], this.env, this.directory);
    let errorText = "";
    child.stdout.on("data", (chunk: Buffer) => this.receive(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      errorText = (errorText + chunk.toString("utf8")).slice(-2000);
    });
    child.stdin.on("error", () => {});
    child.on("error", (error) => this.fail(error.message));
    child.on("close", () => {
      if (this.child === child) this.fail(errorText.trim() || "ended");
    });
    return child;
  }

  /** The child keeps the process alive only while an answer is awaited. */
  private hold(isAwaited: boolean): void {
    const { child } = this;
    if (!child) return;
    for (const part of [child, child.stdin, child.stdout, child.stderr] as unknown as { ref?(): void; unref?(): void }[]) {
      if (isAwaited) part.ref?.();
      else part.unref?.();
    }
  }

  private fail(why: string): void {
    const waiting = this.pending.slice(this.head);
    this.child = undefined;
    this.pending = [];
    this.head = 0;
    this.chunks = [];
    this.buffered = 0;
    this.header = undefined;
    this.outgoing = [];
    for (const request of waiting) request.reject(new ExternalError(`git cat-file: ${why}`, { code: "GIT_OBJECT_STORE" }));
  }

  private receive(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    // Joining once per object, not once per chunk, keeps large blobs linear.
    if (this.header && this.buffered < this.header.size + 1) return;
    let data = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
    for (;;) {
      if (this.header === undefined) {
        const end = data.indexOf(10);
        if (end < 0) break;
        const line = data.toString("latin1", 0, end);
        data = data.subarray(end + 1);
        this.acceptHeader(line);
        continue;
      }
      const { id, type, size } = this.header;
      if (data.length < size + 1) break;
      const bytes = new Uint8Array(size);
      bytes.set(data.subarray(0, size));
      data = data.subarray(size + 1);
      this.header = undefined;
      this.next().resolve({ id, type, size, bytes });
    }
    this.chunks = data.length > 0 ? [data] : [];
    this.buffered = data.length;
  }

  private acceptHeader(line: string): void {
    const match = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line);
    if (match === null) {
      this.next().resolve(undefined);
      return;
    }
    const object = { id: match[1]!, type: match[2] as GitObject["type"], size: Number(match[3]) };
    if (this.pending[this.head]?.withContents) this.header = object;
    else this.next().resolve({ ...object, bytes: new Uint8Array(0) });
  }

  private next(): Pending {
    const request = this.pending[this.head++]!;
    if (this.head === this.pending.length) this.hold(false);
    if (this.head > 1000 && this.head * 2 > this.pending.length) {
      this.pending = this.pending.slice(this.head);
      this.head = 0;
    }
    return request;
  }
}
