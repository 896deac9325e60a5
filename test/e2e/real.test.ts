import { describe } from "vitest";
import { because, realServers } from "./requirements.js";
import { behaviours } from "./suite.js";
import { realClusters } from "./test-cluster.js";

const { assets, missing } = realServers();

describe.skipIf(missing)(`on a real API server${because(missing)}`, () => behaviours("real", realClusters(assets)));
