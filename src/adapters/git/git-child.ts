import { spawn } from "node:child_process";

/** What became of a git child. */
export type GitOutcome =
  | { readonly kind: "ended"; readonly code: number | null; readonly out: Buffer; readonly errorText: string }
  /** It was killed: it took too long, said too much, or nobody wants its answer any more. */
  | { readonly kind: "stopped"; readonly why: string }
  | { readonly kind: "unavailable"; readonly message: string };

export interface GitChildOptions {
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export const maxOutputBytes = 512 * 1024 * 1024;
const mostErrorText = 16_384;

/** Runs git once; never throws. Knows nothing but Node, so that a process which does only this starts small. */
export function runGitChild(args: readonly string[], { cwd, env, timeoutMs, signal }: GitChildOptions): Promise<GitOutcome> {
  return new Promise((resolve) => {
    const child = spawn("git", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let bytes = 0;
    let errorText = "";
    let stopped: string | undefined;
    const stop = (why: string): void => {
      stopped ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => stop(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    const onAbort = (): void => stop("aborted");
    signal?.addEventListener("abort", onAbort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) stop("too much output");
      else out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (errorText.length < mostErrorText) errorText += chunk.toString("utf8");
    });
    const end = (outcome: GitOutcome): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      resolve(outcome);
    };
    child.on("error", ({ message }) => end({ kind: "unavailable", message }));
    child.on("close", (code) =>
      end(
        stopped === undefined ? { kind: "ended", code, out: Buffer.concat(out), errorText } : { kind: "stopped", why: stopped },
      ),
    );
  });
}
