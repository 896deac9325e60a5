/** The command line; each command is a file of this folder. */
export function createProgram(): { run(args: readonly string[]): Promise<number> } {
  return {
    async run() {
      process.stderr.write("no commands yet\n");
      return 2;
    },
  };
}
