import { defineConfig } from "vitest/config";

// Tests import the workspaces' sources directly (condition "@matchmul/source"), so no build is needed first.
const conditions = ["@matchmul/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "models/test/**/*.test.ts"],
    pool: "forks",
    execArgv: ["--conditions=@matchmul/source"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
