import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** What a run of processes cost, from the first start to the last exit. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of the processes and of what they waited for; NaN where the system does not tell (no /proc). */
  readonly cpuMs: number;
  /** Largest sum of the peaks of processes alive together; NaN where the system does not tell. */
  readonly peakBytes: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly input?: string;
}

const sampleMs = 20;

/** Runs commands, at most `parallel` at a time, and measures them together; gives their outputs in order. Throws where one fails. */
export async function measured(
  commands: readonly Command[],
  parallel: number,
): Promise<{ readonly cost: Cost; readonly outputs: readonly Buffer[] }> {
  const alive = new Set<ChildProcess>();
  let peakBytes = Number.NaN;
  const sample = (): void => {
    const bytes = [...alive].reduce((sum, { pid }) => sum + peakOf(pid), 0);
    if (!(bytes <= peakBytes)) peakBytes = bytes;
  };
  const timer = setInterval(sample, sampleMs);
  const cpuBefore = childrenCpuMs();
  const started = performance.now();
  const outputs: Buffer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < commands.length) {
      const index = next++;
      outputs[index] = await run(commands[index]!, alive);
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, work));
  } finally {
    clearInterval(timer);
  }
  const wallMs = performance.now() - started;
  return { cost: { wallMs, cpuMs: childrenCpuMs() - cpuBefore, peakBytes }, outputs };
}

async function run({ program, args, input }: Command, alive: Set<ChildProcess>): Promise<Buffer> {
  const child = spawn(program, args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "ignore"] });
  alive.add(child);
  const chunks: Buffer[] = [];
  child.stdout!.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin?.end(input);
  const code = await new Promise<number | null>((done, fail) => child.on("error", fail).on("close", done));
  alive.delete(child);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}`);
  return Buffer.concat(chunks);
}

/** Linux: peak of a process and of the processes below it. */
function peakOf(pid: number | undefined): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    return children.reduce((sum, child) => sum + peakOf(Number(child)), Number(kilobytes) * 1024);
  } catch {
    return 0;
  }
}

/** Linux: time of the children that this process has waited for, in ticks of 10 ms. */
function childrenCpuMs(): number {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return Number.NaN;
  }
}
