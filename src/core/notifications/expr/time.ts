/** Go's time.Time and time.Duration as far as expressions use them. */
export class ExprTime {
  constructor(readonly ms: number) {}

  method(name: string): unknown {
    const methods: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
      Sub: (other) => new ExprDuration(this.ms - (other as ExprTime).ms),
      Add: (duration) => new ExprTime(this.ms + durationMs(duration)),
      After: (other) => this.ms > (other as ExprTime).ms,
      Before: (other) => this.ms < (other as ExprTime).ms,
      Equal: (other) => this.ms === (other as ExprTime).ms,
      Unix: () => Math.floor(this.ms / 1000),
      UnixMilli: () => this.ms,
      IsZero: () => false,
      Weekday: () => new Date(this.ms).getUTCDay(),
      Hour: () => new Date(this.ms).getUTCHours(),
      Minute: () => new Date(this.ms).getUTCMinutes(),
      UTC: () => this,
      String: () => this.toString(),
    };
    return Object.hasOwn(methods, name) ? methods[name] : null;
  }

  toString(): string {
    return `${new Date(this.ms).toISOString().slice(0, 19)}Z`;
  }
}

export class ExprDuration {
  constructor(readonly ms: number) {}

  method(name: string): unknown {
    const methods: Readonly<Record<string, () => unknown>> = {
      Hours: () => this.ms / 3_600_000,
      Minutes: () => this.ms / 60_000,
      Seconds: () => this.ms / 1000,
      Milliseconds: () => Math.trunc(this.ms),
      String: () => this.toString(),
    };
    return Object.hasOwn(methods, name) ? methods[name] : null;
  }

  /** `1h2m3s` */
  toString(): string {
    const seconds = Math.trunc(Math.abs(this.ms) / 1000);
    const [hours, minutes] = [Math.trunc(seconds / 3600), Math.trunc((seconds % 3600) / 60)];
    const parts = `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds % 60}s`;
    return this.ms < 0 ? `-${parts}` : parts;
  }
}

function durationMs(value: unknown): number {
  return value instanceof ExprDuration ? value.ms : Number(value) / 1_000_000;
}
