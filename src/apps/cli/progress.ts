import cliProgress from "cli-progress";
import type { CliIo } from "./io.js";

/** One stage of long work. */
export interface Stage {
  /** Sets how far it is. */
  at(done: number, note?: string): void;
  /** Ends the stage; the bar stays as its last line. */
  done(count: number): void;
}

export interface StageSummary {
  readonly title: string;
  readonly count: number;
  readonly ms: number;
}

/** Progress on standard error: a bar on a terminal, a line at the end of each stage elsewhere. */
export class Progress {
  readonly #io: CliIo;
  readonly #now: () => number;
  readonly #finished: StageSummary[] = [];

  constructor(io: CliIo, now: () => number) {
    this.#io = io;
    this.#now = now;
  }

  get finished(): readonly StageSummary[] {
    return this.#finished;
  }

  stage(title: string, total: number): Stage {
    const started = this.#now();
    const bar = this.#io.interactive ? newBar(title, total) : undefined;
    return {
      at: (done, note) => bar?.update(Math.min(done, total), { note: note ?? "" }),
      done: (count) => {
        const ms = this.#now() - started;
        this.#finished.push({ title, count, ms });
        bar?.update(total, { note: formatSeconds(ms) });
        bar?.stop();
        if (!bar) this.#io.err(`${title}: ${count} in ${formatSeconds(ms)}\n`);
      },
    };
  }
}

export function formatSeconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function newBar(title: string, total: number): cliProgress.SingleBar {
  const bar = new cliProgress.SingleBar(
    {
      format: `${title.padEnd(34)} {bar} {value}/{total} {note}`,
      hideCursor: true,
      barsize: 28,
      stream: process.stderr,
      fps: 12,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(Math.max(1, total), 0, { note: "" });
  return bar;
}
