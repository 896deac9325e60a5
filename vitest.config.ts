import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: [{ find: /^#src\//, replacement: new URL("./src/", import.meta.url).pathname }] },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/e2e/**", "**/node_modules/**"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 30_000,
    pool: "threads",
  },
});
