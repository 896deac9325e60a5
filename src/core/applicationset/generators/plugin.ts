import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt, stringAt } from "../../manifest/value.js";
import { numbersAsFloats } from "../params/floats.js";
import { flatten, formatGo, markTyped, type ParamSet, type Params } from "../params/params.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { withValues, wrapError } from "./values.js";

/** `plugin`: the parameter sets that an HTTP service answers; its address and token are named in a ConfigMap. */
export const pluginGenerator: Generator = {
  requeueAfterSeconds: (spec) => Number(spec["requeueAfterSeconds"] ?? 1800),
  generate(spec, run) {
    const input = objectAt(objectAt(spec, "input"), "parameters");
    const answer = askService(spec, input, run);
    if (!answer) return [];
    return answer.map((found, index) => setOf(found, { spec, input, run, index }));
  },
};

function askService(spec: ValueObject, input: ValueObject, run: GeneratorRun): readonly Value[] | undefined {
  const service = readService(stringAt(objectAt(spec, "configMapRef"), "name"), run);
  if (!service) return undefined;
  const applicationSetName = run.set.metadata.name;
  try {
    return run.ask<"plugin">({ kind: "plugin", request: { applicationSetName, ...service, input: { parameters: input } } })
      ?.value;
  } catch (error) {
    throw wrapError(`error listing params: error get api '${applicationSetName}'`, error);
  }
}

interface Service {
  readonly baseUrl: string;
  readonly token: string;
  readonly timeoutSeconds: number;
}

function readService(configMapName: string, run: GeneratorRun): Service | undefined {
  const fetching = "error getting plugin from generator: error fetching ConfigMap";
  const answer = run.ask<"configMap">({ kind: "configMap", name: configMapName });
  if (!answer) return undefined;
  if (!answer.value) throw invalid(`${fetching}: configmaps ${JSON.stringify(configMapName)} not found`);
  const { data } = answer.value;
  if (!data["baseUrl"]) throw invalid(`${fetching}: baseUrl not found in ConfigMap`);
  if (!data["token"]) throw invalid(`${fetching}: token not found in ConfigMap`);
  const token = readToken(data["token"], run);
  if (token === undefined) return undefined;
  return { baseUrl: data["baseUrl"], token, timeoutSeconds: readTimeout(data["requestTimeout"]) };
}

/** `$key` looks into argocd-secret, `$secret:key` into a Secret of that name. */
function readToken(reference: string, run: GeneratorRun): string | undefined {
  const fetching = "error getting plugin from generator: error fetching Secret token";
  if (!reference.startsWith("$")) {
    throw invalid(`${fetching}: token is empty, or does not reference a secret key starting with '$': ${reference}`);
  }
  const colon = reference.indexOf(":");
  const secretName = colon < 0 ? "argocd-secret" : reference.slice(1, colon);
  const key = (colon < 0 ? reference.slice(1) : reference.slice(colon + 1)).trim();
  const answer = run.ask<"secret">({ kind: "secret", name: secretName });
  if (!answer) return undefined;
  if (!answer.value) {
    throw invalid(
      `${fetching}: error fetching secret ${run.settings.controllerNamespace}/${secretName}: secrets ${JSON.stringify(secretName)} not found`,
    );
  }
  // Argo CD: a key that the Secret does not have leaves the reference as the token.
  return answer.value.data[key]?.trim() ?? `$${key}`;
}

function readTimeout(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw invalid(
    `error getting plugin from generator: error set requestTimeout : strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function setOf(found: Value, context: { spec: ValueObject; input: ValueObject; run: GeneratorRun; index: number }): ParamSet {
  const { spec, input, run, index } = context;
  const object = isObject(found) ? (numbersAsFloats(found) as ValueObject) : {};
  const params: Record<string, Value> = run.set.spec.goTemplate ? { ...object } : {};
  if (!run.set.spec.goTemplate) for (const [key, value] of Object.entries(flatten(object))) params[key] = formatGo(value);
  params["generator"] = { input: { parameters: markTyped({ ...input }, "rawJsonMap") } } as Params;
  try {
    return { params: withValues(params, spec["values"], run), origins: [{ generator: run.path, index }] };
  } catch (error) {
    throw wrapError("error generating params", error);
  }
}

function invalid(message: string): InputError {
  return new InputError(message, { code: "APPSET_PLUGIN" });
}
