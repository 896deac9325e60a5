#!/usr/bin/env node

/** What `src/apps/start/start.ts` exports, once it is bundled. */
interface Start {
  runBundled(args: readonly string[], dist: string): Promise<void> | undefined;
}

/** The program as a package manager installs it: CommonJS, which Node starts sooner than a module. */
function main(): Promise<unknown> {
  return bundledStart()?.runBundled(process.argv.slice(2), `${__dirname}/..`) ?? import("./main.js");
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
