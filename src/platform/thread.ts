/**
 * Where the code of a thread is: `file` beside the module at `from` (its `import.meta.url`). A thread runs what is compiled: a test runs the sources, and
 * its threads the same file below `dist`.
 */
export function threadModule(file: string, from: string): URL {
  const module = new URL(file, from);
  if (from.endsWith(".ts")) module.pathname = module.pathname.replace(/^(.*)\/src\//, "$1/dist/");
  return module;
}
