import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildWithBinary, outcomeOf } from "./kustomize-binary.js";
import type { BuildCase, Outcome } from "./kustomize-case.js";

/** Answers as the original does; the binary is the judge, a Go program around its library answers most questions. */
export interface Oracle {
  readonly isQuick: boolean;
  answer(found: BuildCase): Promise<Outcome>;
  /** What the binary itself says. */
  judge(found: BuildCase): Outcome;
  /** The quick answer for a directory of the disk; undefined where there is no quick oracle. */
  answerDirectory(directory: string): Promise<Outcome | undefined>;
  close(): void;
}

/** With Go at hand the library answers in a process of its own, forty times as many a second as the binary. */
export function openOracle(binary: string): Oracle {
  const program = buildProgram();
  const engine = program === undefined ? undefined : new Engine(program);
  const judge = (found: BuildCase): Outcome => buildWithBinary(binary, found);
  return {
    isQuick: engine !== undefined,
    judge,
    answer: async (found) => (engine === undefined ? judge(found) : ((await engine.ask(found)) ?? judge(found))),
    answerDirectory: async (directory) => engine?.ask({ directory }),
    close: () => engine?.close(),
  };
}

/** The program of test/fuzz/go, built once for its source into the user's cache. */
function buildProgram(): string | undefined {
  const given = process.env["KUSTOMIZE_ORACLE"];
  if (given !== undefined) return given === "" ? undefined : given;
  const source = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "test/fuzz/go");
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) hash.update(readFileSync(join(source, file)));
  const program = join(homedir(), ".cache/fleetwright", `kustomize-oracle-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(program)) return program;
  try {
    mkdirSync(dirname(program), { recursive: true });
    const version = "-X sigs.k8s.io/kustomize/api/provenance.version=v5.8.1";
    execFileSync("go", ["build", "-trimpath", "-ldflags", version, "-o", program, "."], { cwd: source, stdio: "pipe" });
    return program;
  } catch {
    return undefined;
  }
}

interface Answer {
  readonly output: string;
  readonly error: string;
  readonly stderr: string;
  readonly failed: boolean;
  readonly root: string;
}

/** The Go program, started again when a case has ended it. */
class Engine {
  readonly #program: string;
  #process: ChildProcessWithoutNullStreams | undefined;
  #waiting: ((answer: Answer | undefined) => void) | undefined;

  constructor(program: string) {
    this.#program = program;
  }

  /** undefined where the process died of the case or took too long. */
  async ask(found: BuildCase | { readonly directory: string }): Promise<Outcome | undefined> {
    const { options, ...files } = "directory" in found ? { ...found, options: undefined } : found;
    const child = (this.#process ??= this.#start());
    const answer = await new Promise<Answer | undefined>((resolve) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
      this.#waiting = (value) => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve(value);
      };
      child.stdin.write(`${JSON.stringify({ ...files, ...options })}\n`);
    });
    if (answer === undefined) return undefined;
    const { failed, output, error, stderr, root } = answer;
    return outcomeOf({ failed, output, stderr: failed ? `Error: ${error}` : stderr }, root);
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn(this.#program, [], { stdio: ["pipe", "pipe", "pipe"] });
    child.stderr.resume();
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting?.(JSON.parse(line) as Answer));
    child.on("close", () => {
      this.#process = undefined;
      this.#waiting?.(undefined);
    });
    return child;
  }

  close(): void {
    this.#process?.stdin.end();
  }
}
