#!/usr/bin/env node

/** What `src/apps/start/start.ts` exports, once it is bundled. */
interface Start {
  runBundled(args: readonly string[], dist: string): Promise<void> | undefined;
}

/** The program as a package manager installs it: CommonJS, which Node starts sooner than a module. */
function main(): Promise<unknown> {
  forgetHeapFlags(process.execArgv);
  return bundledStart()?.runBundled(process.argv.slice(2), `${__dirname}/..`) ?? import("./main.js");
}

/**
 * The heap is made by now. Node's own modules, and ours, were kept in compiled form under V8's usual flags, and are refused under others
 * (`bin/fleetwright.cjs` gives these two).
 */
function forgetHeapFlags(flags: readonly string[]): void {
  for (const flag of flags) {
    const [name] = /^--(min|max)-semi-space-size(?==)/.exec(flag) ?? [];
    if (name) process.getBuiltinModule("node:v8").setFlagsFromString(`${name}=0`);
  }
}

/** Absent where nothing was bundled. */
function bundledStart(): Start | undefined {
  try {
    return require("../bundle/start.cjs") as Start;
  } catch {
    return undefined;
  }
}

void main();
