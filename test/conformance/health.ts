import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fengariRuntime } from "#src/adapters/lua/fengari-runtime.js";
import { discoverLuaActions, runLuaAction } from "#src/core/actions/lua-actions.js";
import { type HealthOverride, healthAssessor } from "#src/core/health/assess.js";
import { luaHealth } from "#src/core/health/lua-health.js";
import { asValue, type KubernetesObject } from "#src/core/manifest/object.js";
import type { Area } from "./areas.js";
import { difference, outcomeOf } from "./compare.js";
import { readCases } from "./jsonl.js";

interface Case {
  readonly id: string;
  readonly source?: string;
  readonly scriptId?: string;
  readonly input: {
    readonly resource: KubernetesObject;
    readonly resourceOverrides?: { readonly [key: string]: { readonly [key: string]: string | boolean } };
    readonly type?: "health" | "action" | "discovery";
    readonly useOpenLibs?: boolean;
    readonly params?: { readonly [name: string]: string };
  };
  readonly expected: { readonly status?: string | null; readonly message?: string; readonly error?: string };
}

const lua = fengariRuntime({ nowSeconds: () => Date.now() / 1000 });

export const health: Area = async (folder, options) => {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const found of readCases<Case>(folder, options)) {
    const why = found.scriptId === undefined ? compareHealth(found) : compareScript(found, readScript(folder, found.scriptId));
    if (why === undefined) passed++;
    else failures.push({ id: found.id, why });
  }
  return { passed, failures, skipped: new Map() };
};

/** The corpus was made without the shipped scripts of operators' kinds, so their rules are off here. */
function compareHealth({ input, expected }: Case): string | undefined {
  const overrides = readOverrides(input.resourceOverrides);
  const { health: found, error } = healthAssessor({ overrides, lua, kindRules: false })(input.resource);
  if ((error !== undefined) !== (expected.error !== undefined)) return difference({ found, error }, expected);
  const statusDiffers = difference(found?.status ?? null, expected.status ?? null);
  if (statusDiffers) return statusDiffers;
  if (expected.error !== undefined) return compareErrors(error?.message ?? "", expected.error);
  return difference(found?.message ?? "", expected.message ?? "");
}

function compareScript({ input, expected }: Case, script: string): string | undefined {
  const useOpenLibs = input.useOpenLibs ?? false;
  const object = asValue(input.resource);
  const got = outcomeOf(() => {
    if (input.type === "action")
      return { impacted: runLuaAction(object, { script, useOpenLibs }, { lua, params: input.params ?? {} }) };
    if (input.type === "discovery") return { actions: discoverLuaActions(object, [{ script, useOpenLibs }], lua) };
    return luaHealth(input.resource, { script, useOpenLibs }, lua);
  }) as { readonly error?: string };
  if (expected.error !== undefined && got.error !== undefined) return compareErrors(got.error, expected.error);
  return difference(got, expected);
}

/** Error texts are compared by their place and their reason's words; Go's types are not ours. */
function compareErrors(got: string, expected: string): string | undefined {
  return difference(simplify(got), simplify(expected));
}

function simplify(error: string): string {
  return error
    .replace(/(int|float)(32|64)/g, "number")
    .replace(/\s+/g, " ")
    .trim();
}

function readOverrides(from: Case["input"]["resourceOverrides"]): ReadonlyMap<string, HealthOverride> {
  return new Map(
    Object.entries(from ?? {}).map(([key, value]) => [
      key,
      { script: String(value["health.lua"] ?? ""), useOpenLibs: value["health.lua.useOpenLibs"] === true },
    ]),
  );
}

/** A corpus may hold cases only; the scripts then lie beside it. */
function readScript(folder: string, scriptId: string): string {
  const path = join(folder, "lua", `${scriptId}.lua`);
  if (!existsSync(path)) throw new Error(`no script ${path}`);
  return readFileSync(path, "utf8");
}
