/**
 * One run of a costly question for all who ask at the same time. A run that began before the question, and before `maxAgeMs` ago, is no
 * answer to it: a commit may have been pushed in between. Then all such callers share the next run.
 */
export class SharedRun<T> {
  private last: { readonly startedAt: number; readonly value: T } | undefined;
  private running: { readonly startedAt: number; readonly promise: Promise<T> } | undefined;
  private queued: Promise<T> | undefined;

  constructor(
    private readonly task: () => Promise<T>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The answer of a run that began at most `maxAgeMs` ago. */
  async run(maxAgeMs: number): Promise<T> {
    const oldest = this.now() - maxAgeMs;
    if (this.last !== undefined && this.last.startedAt >= oldest) return this.last.value;
    if (this.running === undefined) return await this.start();
    if (this.running.startedAt >= oldest) return await this.running.promise;
    this.queued ??= this.running.promise.then(
      () => this.start(),
      () => this.start(),
    );
    return await this.queued;
  }

  private start(): Promise<T> {
    this.queued = undefined;
    const startedAt = this.now();
    const promise = this.task().then(
      (value) => {
        this.running = undefined;
        this.last = { startedAt, value };
        return value;
      },
      (error: unknown) => {
        this.running = undefined;
        throw error;
      },
    );
    this.running = { startedAt, promise };
    return promise;
  }
}
