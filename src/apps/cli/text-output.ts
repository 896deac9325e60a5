import { fstatSync, writeSync } from "node:fs";

/** Standard output or standard error. */
export interface TextOutput {
  readonly isTerminal: boolean;
  write(text: string): void;
  /** Resolves when all text was handed to the system. */
  written(): Promise<void>;
}

/** Node's stream of a descriptor takes a while to make: it is for terminals, and for who does not take text at once. */
export function textOutput(descriptor: 1 | 2): TextOutput {
  const streamOf = (): NodeJS.WriteStream => (descriptor === 1 ? process.stdout : process.stderr);
  const isTerminal = isCharacterDevice(descriptor) && streamOf().isTTY === true;
  let stream = isTerminal ? streamOf() : undefined;
  let isClosed = false;
  return {
    isTerminal,
    write(text) {
      if (isClosed) return;
      if (stream) return void stream.write(text);
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(descriptor, bytes, at);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === "EPIPE") {
            // Nobody reads on, as behind `| head`.
            isClosed = true;
            return;
          }
          if (code !== "EAGAIN") throw error;
          stream = streamOf();
          stream.write(bytes.subarray(at));
          return;
        }
      }
    },
    async written() {
      const used = stream;
      if (used && used.writableLength > 0) await new Promise<void>((done) => used.write("", () => done()));
    },
  };
}

function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
}
