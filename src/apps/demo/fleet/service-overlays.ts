import type { Service } from "./shape.js";

/** `overlays/<env>` on top of the base, and `overlays/<env>-<region>` on top of that: what an Application points at. */
export function serviceOverlayFiles(
  service: Service,
  envs: readonly string[],
  regions: readonly string[],
): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const env of envs) {
    const directory = `apps/${service.name}/overlays/${env}`;
    files[`${directory}/kustomization.yaml`] = envKustomization(service, env);
    files[`${directory}/resources.yaml`] = resourcesPatch(service, env);
    for (const region of regions) {
      files[`${directory}-${region}/kustomization.yaml`] = regionKustomization(service, env, region);
    }
  }
  return files;
}

function isProduction(env: string): boolean {
  return env === "prod" || env === "dr";
}

function envKustomization(service: Service, env: string): string {
  const components = service.components.map((name) => `  - ../../../../components/${name}\n`).join("");
  const shared = `namespace: ${service.namespace}
${components === "" ? "" : `components:\n${components}`}images:
  - name: registry.example.com/${service.team}/${service.name}
    newTag: 1.${service.port % 10}.0${isProduction(env) ? "" : "-rc.1"}
configMapGenerator:
  - name: ${service.name}-config
    behavior: merge
    literals:
      - ENVIRONMENT=${env}
`;
  if (service.isLegacy)
    return `${shared}bases:\n  - ../../base\npatchesStrategicMerge:\n  - resources.yaml\ncommonLabels:\n  env: ${env}\n`;
  return `${shared}resources:
  - ../../base
patches:
  - path: resources.yaml
labels:
  - pairs:
      env: ${env}
    includeTemplates: true
replicas:
  - name: ${service.name}
    count: ${isProduction(env) ? 3 : 1}
`;
}

function resourcesPatch(service: Service, env: string): string {
  const size = isProduction(env)
    ? { cpu: "500m", memory: "1Gi", level: "warn" }
    : { cpu: "50m", memory: "256Mi", level: "debug" };
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${service.name}
spec:
  template:
    spec:
      containers:
        - name: app
          resources:
            requests: {cpu: ${size.cpu}}
            limits: {memory: ${size.memory}}
          env:
            - name: LOG_LEVEL
              value: ${size.level}
            - name: ENVIRONMENT
              value: ${env}
`;
}

function regionKustomization(service: Service, env: string, region: string): string {
  const base = service.isLegacy ? "bases" : "resources";
  const regionPatch = service.isLegacy
    ? `patchesStrategicMerge:
  - |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: ${service.name}
    spec:
      template:
        spec:
          containers:
            - name: app
              env:
                - name: REGION
                  value: ${region}
`
    : `patches:
  - target:
      kind: Deployment
      name: ${service.name}
    patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: any
      spec:
        template:
          spec:
            containers:
              - name: app
                env:
                  - name: REGION
                    value: ${region}
`;
  const replacement = service.hasReplacement
    ? `replacements:
  - source:
      kind: Deployment
      name: ${service.name}
      fieldPath: metadata.labels.env
    targets:
      - select:
          kind: Service
        fieldPaths:
          - metadata.annotations.[example.com/env]
        options:
          create: true
`
    : "";
  const host = service.hasIngress
    ? `  - target:
      kind: Ingress
    patch: |-
      - op: replace
        path: /spec/rules/0/host
        value: ${service.name}.${env}.${region}.example.com
`
    : "";
  const hostPatch = host === "" ? "" : service.isLegacy ? `patches:\n${host}` : host;
  return `${base}:\n  - ../${env}\n${regionPatch}${hostPatch}${replacement}`;
}
