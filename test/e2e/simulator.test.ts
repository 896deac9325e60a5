import { describe } from "vitest";
import { because, missingKubectl } from "./requirements.js";
import { behaviours } from "./suite.js";
import { simulatedClusters } from "./test-cluster.js";

const missing = missingKubectl();

describe.skipIf(missing)(`on the simulator${because(missing)}`, () => behaviours("simulator", simulatedClusters));
