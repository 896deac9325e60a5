import type { GoMap } from "../gotemplate/value/value.js";
import type { Chart } from "./chart.js";

export function validateValues(_chart: Chart, _values: GoMap): void {}
