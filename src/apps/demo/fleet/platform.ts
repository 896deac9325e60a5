import { metricsChart } from "./metrics-chart.js";
import { type FleetShape, fleetTeams } from "./shape.js";

/** Everything that the platform team keeps: AppProjects, ApplicationSets, the root Application, components, add-ons. */
export function platformFiles(shape: FleetShape): Readonly<Record<string, string>> {
  return {
    "root.yaml": rootApplication(shape),
    "platform/projects.yaml": [...fleetTeams.map(teamProject), platformProject()].join("---\n"),
    "platform/applicationsets/services.yaml": servicesSet(shape),
    "platform/applicationsets/services-production.yaml": productionSet(shape),
    "platform/applicationsets/bootstrap.yaml": bootstrapSet(shape),
    "platform/applicationsets/node-agents.yaml": nodeAgentsSet(shape),
    "platform/applicationsets/addons.yaml": addonsSet(shape),
    "platform/applicationsets/edge.yaml": edgeSet(shape),
    "platform/applicationsets/metrics.yaml": metricsSet(shape),
    ...metricsChart(),
    "components/monitoring/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
commonAnnotations:
  example.com/scrape: "true"
patches:
  - target:
      kind: Deployment
    patch: |-
      - op: add
        path: /spec/template/spec/containers/0/ports/-
        value: {name: metrics, containerPort: 9102}
`,
    "components/hardening/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target:
      kind: Deployment
    patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: any
      spec:
        template:
          spec:
            securityContext:
              runAsNonRoot: true
`,
    "addons/quota/quota.yaml": `apiVersion: v1
kind: ResourceQuota
metadata:
  name: platform
spec:
  hard:
    pods: "500"
`,
    "addons/priority/priority.yaml": `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: critical-service
value: 100000
`,
    "addons/experimental/notes.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: experimental
data:
  note: this folder is excluded by the git directories generator
`,
    "bootstrap/namespace.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: cluster-bootstrap
data:
  owner: platform
`,
    "node-agent/daemonset.yaml": `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-agent
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: node-agent
  template:
    metadata:
      labels:
        app.kubernetes.io/name: node-agent
    spec:
      containers:
        - name: agent
          image: registry.example.com/platform/node-agent:2.1.0
`,
    "edge/gateway.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: edge-gateway
data:
  mode: standard
`,
  };
}

function rootApplication(shape: FleetShape): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: root
  namespace: argocd
  finalizers:
    - resources-finalizer.argocd.argoproj.io
spec:
  project: default
  source:
    repoURL: ${shape.repoURL}
    targetRevision: main
    path: platform
    directory:
      recurse: true
  destination:
    server: https://kubernetes.default.svc
    namespace: argocd
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
`;
}

function teamProject(team: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: ${team}
  namespace: argocd
  annotations:
    argocd.argoproj.io/sync-wave: "-5"
spec:
  description: services of team ${team}
  sourceRepos:
    - "*"
  destinations:
    - server: "*"
      namespace: ${team}-*
  clusterResourceWhitelist:
    - group: ""
      kind: Namespace
`;
}

function platformProject(): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: platform
  namespace: argocd
  annotations:
    argocd.argoproj.io/sync-wave: "-5"
spec:
  description: what every cluster carries
  sourceRepos:
    - "*"
  destinations:
    - server: "*"
      namespace: "*"
  clusterResourceWhitelist:
    - group: "*"
      kind: "*"
`;
}

function serviceTemplate(shape: FleetShape, syncPolicy: string): string {
  return `  template:
    metadata:
      name: "{{service}}-{{name}}"
      labels:
        service: "{{service}}"
        team: "{{team}}"
        env: "{{metadata.labels.env}}"
        region: "{{metadata.labels.region}}"
        cluster: "{{name}}"
      finalizers:
        - resources-finalizer.argocd.argoproj.io
    spec:
      project: "{{team}}"
      source:
        repoURL: ${shape.repoURL}
        targetRevision: main
        path: "apps/{{service}}/overlays/{{metadata.labels.env}}-{{metadata.labels.region}}"
      destination:
        server: "{{server}}"
        namespace: "{{namespace}}"
      syncPolicy:
${syncPolicy}`;
}

function clustersAndServices(shape: FleetShape, selector: string): string {
  return `  generators:
    - matrix:
        generators:
          - clusters:
              selector:
${selector}          - git:
              repoURL: ${shape.repoURL}
              revision: main
              files:
                - path: apps/*/config.json
`;
}

function servicesSet(shape: FleetShape): string {
  return `# Every service on every cluster that is not production: synced and healed by itself.
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: services
  namespace: argocd
spec:
${clustersAndServices(shape, `                matchExpressions:\n                  - {key: env, operator: Exists}\n                  - {key: env, operator: NotIn, values: [prod, dr]}\n`)}${serviceTemplate(
  shape,
  `        automated:
          prune: true
          selfHeal: true
        syncOptions:
          - CreateNamespace=true
`,
)}`;
}

function productionSet(shape: FleetShape): string {
  return `# Production: drift is reported, a person decides. Nothing is synced without a request.
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: services-production
  namespace: argocd
spec:
${clustersAndServices(shape, `                matchExpressions:\n                  - {key: env, operator: In, values: [prod, dr]}\n`)}${serviceTemplate(
  shape,
  `        automated: null
        syncOptions:
          - CreateNamespace=true
`,
)}`;
}

function platformTemplate(shape: FleetShape, options: { name: string; path: string; server: string; namespace: string }): string {
  return `  template:
    metadata:
      name: "${options.name}"
      labels:
        layer: platform
    spec:
      project: platform
      source:
        repoURL: ${shape.repoURL}
        targetRevision: main
        path: "${options.path}"
      destination:
        ${options.server}
        namespace: ${options.namespace}
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        syncOptions:
          - CreateNamespace=true
`;
}

function setHeader(name: string, comment: string): string {
  return `# ${comment}
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: ${name}
  namespace: argocd
spec:
`;
}

function bootstrapSet(shape: FleetShape): string {
  return `${setHeader("bootstrap", "A list: what the hub itself carries.")}  generators:
    - list:
        elements:
          - purpose: hub
        elementsYaml: |
          - purpose: audit
${platformTemplate(shape, { name: "bootstrap-{{purpose}}", path: "bootstrap", server: "server: https://kubernetes.default.svc", namespace: "platform-{{purpose}}" })}`;
}

function nodeAgentsSet(shape: FleetShape): string {
  return `${setHeader("node-agents", "A cluster generator: one agent on every registered cluster.")}  generators:
    - clusters:
        selector:
          matchLabels:
            argocd.argoproj.io/secret-type: cluster
        values:
          tier: standard
${platformTemplate(shape, { name: "node-agent-{{name}}", path: "node-agent", server: `server: "{{server}}"`, namespace: "node-agents" })}`;
}

function addonsSet(shape: FleetShape): string {
  return `${setHeader("addons", "Git directories: a folder of addons/ is an Application on the hub, but for the excluded one.")}  generators:
    - git:
        repoURL: ${shape.repoURL}
        revision: main
        directories:
          - path: addons/*
          - path: addons/experimental
            exclude: true
${platformTemplate(shape, { name: "addon-{{path.basename}}", path: "{{path}}", server: "server: https://kubernetes.default.svc", namespace: "addons" })}`;
}

function edgeSet(shape: FleetShape): string {
  return `${setHeader("edge", "Merge: every cluster of the first environment, some with values of their own.")}  generators:
    - merge:
        mergeKeys: [name]
        generators:
          - clusters:
              selector:
                matchLabels:
                  env: dev
              values:
                mode: standard
          - list:
              elements:
                - name: dev-eu-1
                  values.mode: canary
${platformTemplate(shape, { name: "edge-{{name}}-{{values.mode}}", path: "edge", server: `server: "{{server}}"`, namespace: "edge" })}`;
}

function metricsSet(shape: FleetShape): string {
  return `${setHeader("metrics", "A Helm chart on every production cluster, with a release name and values of its own.")}  generators:
    - clusters:
        selector:
          matchLabels:
            env: prod
  template:
    metadata:
      name: "metrics-{{name}}"
      labels:
        layer: platform
    spec:
      project: platform
      source:
        repoURL: ${shape.repoURL}
        targetRevision: main
        path: charts/metrics
        helm:
          releaseName: metrics
          valueFiles:
            - values-production.yaml
          values: |
            cluster: "{{name}}"
            region: "{{metadata.labels.region}}"
      destination:
        server: "{{server}}"
        namespace: metrics
      syncPolicy:
        automated:
          prune: true
          selfHeal: true
        syncOptions:
          - CreateNamespace=true
`;
}
