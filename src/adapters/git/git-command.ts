import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { ExternalError, InputError } from "../../core/errors.js";
import { gitError } from "./git-error.js";

/** Everything a git child process may know: no user configuration, no prompt, no hooks, no way to reach other protocols. */
export interface GitEnvironment {
  readonly home: string;
  /** Protocols that git may use, as in GIT_ALLOW_PROTOCOL. */
  readonly protocols: readonly string[];
  /** A person's command fetches with what their git is set up for: their configuration, credential helpers and SSH agent. */
  readonly isUsersOwn?: boolean;
}

export interface GitRunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What the command was about, for error messages: the repository URL without credentials. */
  readonly subject: string;
}

const maxOutputBytes = 512 * 1024 * 1024;

/** The environment of each git child. Settings come by GIT_CONFIG_*, so nothing of the user's or the system's configuration counts. */
export function gitEnvironment(
  environment: GitEnvironment,
  config: readonly (readonly [string, string])[] = [],
): Record<string, string> {
  const settings: (readonly [string, string])[] = [
    ["core.hooksPath", "/dev/null"],
    ["gc.auto", "0"],
    ...(environment.isUsersOwn === true ? [] : [["credential.helper", ""] as const]),
    ["protocol.version", "2"],
    ["fetch.fsckObjects", "false"],
    ["safe.directory", "*"],
    ...config,
  ];
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: environment.home,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ALLOW_PROTOCOL: environment.protocols.join(":"),
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes",
    GIT_CONFIG_COUNT: String(settings.length),
  };
  if (environment.isUsersOwn === true) takeOwnConfiguration(env);
  for (const name of [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
  ]) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  settings.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}

function takeOwnConfiguration(env: Record<string, string>): void {
  for (const name of ["GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "HOME"]) {
    delete env[name];
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  // Nobody is asked for a password or a fingerprint: a command that may run in CI says what it lacks.
  env["GIT_SSH_COMMAND"] = `${process.env["GIT_SSH_COMMAND"] ?? "ssh"} -o BatchMode=yes`;
  for (const name of ["XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "GIT_ASKPASS", "GIT_SSL_CAINFO", "USER", "USERPROFILE"]) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
}

/** Runs git once and gives its standard output; failures are mapped by `gitError`. */
export async function runGit(args: readonly string[], env: Record<string, string>, options: GitRunOptions): Promise<Buffer> {
  return await new Promise<Buffer>((resolve, reject) => {
    const child = spawn("git", args, { cwd: options.cwd, env: { ...env, ...options.env }, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let bytes = 0;
    let errorText = "";
    let stopped: string | undefined;
    const stop = (why: string): void => {
      stopped ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(
      () => stop(`no answer within ${(options.timeoutMs ?? 90_000) / 1000} s`),
      options.timeoutMs ?? 90_000,
    );
    const onAbort = (): void => stop("aborted");
    options.signal?.addEventListener("abort", onAbort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) stop("too much output");
      else out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (errorText.length < 16_384) errorText += chunk.toString("utf8");
    });
    const done = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
    };
    child.on("error", (cause) => {
      done();
      reject(
        new ExternalError(`git cannot be started: ${cause.message}`, {
          code: "GIT_UNAVAILABLE",
          cause,
          hint: "install git 2.36 or newer",
        }),
      );
    });
    child.on("close", (code) => {
      done();
      if (stopped !== undefined)
        reject(new ExternalError(`${options.subject}: git ${args[0]}: ${stopped}`, { code: "GIT_UNREACHABLE" }));
      else if (code === 0) resolve(Buffer.concat(out));
      else reject(gitError(options.subject, args[0] ?? "", errorText));
    });
  });
}

/** Runs git and waits, with `input` on its standard input: the last resort for a blob that is not in memory. */
export function runGitSync(args: readonly string[], env: Record<string, string>, cwd: string, input: string): Buffer {
  const result = spawnSync("git", args, { cwd, env, input, maxBuffer: maxOutputBytes, timeout: 60_000 });
  if (result.error)
    throw new ExternalError(`git ${args[0]}: ${result.error.message}`, { code: "GIT_UNAVAILABLE", cause: result.error });
  if (result.status !== 0) throw gitError(cwd, args[0] ?? "", result.stderr.toString("utf8"));
  return result.stdout;
}

/** A git child that stays. */
export function startGit(args: readonly string[], env: Record<string, string>, cwd: string): ChildProcessWithoutNullStreams {
  return spawn("git", args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
}

/** Throws unless the installed git is 2.36 or newer (`cat-file --batch-command`). */
export async function requireGitVersion(env: Record<string, string>): Promise<void> {
  const text = (await runGit(["version"], env, { subject: "git" })).toString("utf8");
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 36)) return;
  throw new InputError(`${text.trim()} is too old`, { code: "GIT_TOO_OLD", hint: "install git 2.36 or newer" });
}
