import { ResMap } from "../model/res-map.js";
import { emptyConfig, mergeConfigs, type TransformerConfig } from "../model/transformer-config.js";
import type { Accumulated } from "../session.js";
import { mergeVars, type VarSet } from "./vars.js";

/** Resources on their way through a build, with the rules that they brought along. */
export class Accumulator {
  readonly map = new ResMap();
  config: TransformerConfig = emptyConfig;
  vars: VarSet = new Map();

  merge(other: Accumulated): void {
    this.map.appendAll(other.resources);
    this.config = mergeConfigs(this.config, other.config);
    this.vars = mergeVars(this.vars, other.vars.values());
  }

  result(): Accumulated {
    return { resources: this.map.resources, config: this.config, vars: this.vars };
  }
}
