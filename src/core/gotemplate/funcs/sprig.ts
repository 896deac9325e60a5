import { functionError } from "../errors.js";
import { type FunctionTable, fn } from "../function.js";
import { certificateFunctions } from "./certificates.js";
import { cryptoFunctions } from "./crypto.js";
import { dateFunctions } from "./dates.js";
import { defaultFunctions } from "./defaults.js";
import { dictFunctions } from "./dicts.js";
import { encodingFunctions } from "./encoding.js";
import { jsonFunctions } from "./json-functions.js";
import { listFunctions } from "./lists.js";
import { mathFunctions } from "./math.js";
import { pathFunctions } from "./paths.js";
import { randomFunctions } from "./random-functions.js";
import { regexFunctions } from "./regex.js";
import { semverFunctions } from "./semver-functions.js";
import { stringFunctions } from "./strings.js";
import { urlFunctions } from "./url.js";

/** sprig v3.3 without env, expandenv and getHostByName, which look outside. */
export const sprigFunctions: FunctionTable = {
  ...stringFunctions,
  ...listFunctions,
  ...dictFunctions,
  ...mathFunctions,
  ...encodingFunctions,
  ...pathFunctions,
  ...defaultFunctions,
  ...jsonFunctions,
  ...regexFunctions,
  ...urlFunctions,
  ...dateFunctions,
  ...semverFunctions("3.4"),
  ...randomFunctions,
  ...cryptoFunctions,
  ...certificateFunctions,
  fail: fn("string", (message) => {
    throw functionError(message);
  }),
};
