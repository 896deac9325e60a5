/** The size of the example fleet and where its parts live. */
export interface FleetShape {
  readonly services: number;
  readonly envs: number;
  readonly regions: number;
  /** What the Applications name as their source. */
  readonly repoURL: string;
}

const envNames = ["dev", "staging", "prod", "perf", "qa", "dr"];
const regionNames = ["eu-1", "us-1", "ap-1", "us-2", "eu-2", "ap-2", "sa-1", "ca-1", "eu-3", "me-1", "af-1", "us-3"];
const nouns = ["orders", "billing", "cart", "search", "pricing", "ledger", "invoices", "profile", "sessions", "inventory"];
const moreNouns = ["shipping", "returns", "reviews", "wishlist", "coupons", "fraud", "ratings", "media", "mailer", "notify"];
const lastNouns = [
  "reports",
  "tax",
  "quotes",
  "vendors",
  "routes",
  "tracking",
  "refunds",
  "consent",
  "audit",
  "catalog",
  "checkout",
];
const teams = ["payments", "storefront", "logistics", "identity", "insights"];

export const fleetTeams: readonly string[] = teams;

export function fleetEnvs(shape: FleetShape): readonly string[] {
  return envNames.slice(0, shape.envs);
}

export function fleetRegions(shape: FleetShape): readonly string[] {
  return regionNames.slice(0, shape.regions);
}

export interface FleetCluster {
  readonly name: string;
  readonly env: string;
  readonly region: string;
}

/** One workload cluster for each environment and region. */
export function fleetClusters(shape: FleetShape): readonly FleetCluster[] {
  return fleetEnvs(shape).flatMap((env) => fleetRegions(shape).map((region) => ({ name: `${env}-${region}`, env, region })));
}

/** A microservice; what it uses follows from its place in the list, so that each feature has some services. */
export interface Service {
  readonly name: string;
  readonly team: string;
  readonly namespace: string;
  readonly port: number;
  /** Written with `bases` and `patchesStrategicMerge`. */
  readonly isLegacy: boolean;
  /** Has a database-migration Job at sync wave -10. */
  readonly hasMigration: boolean;
  readonly hasSecret: boolean;
  readonly hasIngress: boolean;
  readonly hasReplacement: boolean;
  readonly components: readonly string[];
}

export function fleetServices(shape: FleetShape): readonly Service[] {
  return Array.from({ length: shape.services }, (_, index) => serviceAt(index));
}

export function serviceAt(index: number): Service {
  const names = [...nouns, ...moreNouns, ...lastNouns];
  const round = Math.floor(index / names.length);
  const name = `${names[index % names.length]}${round === 0 ? "" : `-${round + 1}`}`;
  const team = teams[index % teams.length]!;
  return {
    name,
    team,
    namespace: `${team}-${name}`,
    port: 8000 + (index % 900),
    isLegacy: index % 3 === 1,
    hasMigration: index % 3 === 0,
    hasSecret: index % 4 === 2,
    hasIngress: index % 5 !== 4,
    hasReplacement: index % 6 === 2,
    components: [...(index % 2 === 0 ? ["monitoring"] : []), ...(index % 3 === 2 ? ["hardening"] : [])],
  };
}
