import { defineConfig } from "vitest/config";

// Against a real API server and a real browser: one file at a time, each may take minutes.
export default defineConfig({
  resolve: { alias: [{ find: /^#src\//, replacement: new URL("./src/", import.meta.url).pathname }] },
  test: {
    include: ["test/e2e/**/*.test.ts"],
    environment: "node",
    testTimeout: 300_000,
    hookTimeout: 900_000,
    fileParallelism: false,
    // A shared CI machine may stall for longer than a server's patience; a behaviour that is missing fails twice.
    retry: process.env["CI"] ? 1 : 0,
    pool: "forks",
  },
});
