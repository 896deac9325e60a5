import type { Service } from "./shape.js";

/** `apps/<service>/base` and the file that the git files generator reads. */
export function serviceBaseFiles(service: Service): Readonly<Record<string, string>> {
  const root = `apps/${service.name}`;
  const files: Record<string, string> = {
    [`${root}/config.json`]: `${JSON.stringify({ service: service.name, team: service.team, namespace: service.namespace, port: service.port }, null, 2)}\n`,
    [`${root}/base/kustomization.yaml`]: kustomization(service),
    [`${root}/base/deployment.yaml`]: deployment(service),
    [`${root}/base/service.yaml`]: kubernetesService(service),
    [`${root}/base/serviceaccount.yaml`]: serviceAccount(service),
    [`${root}/base/pdb.yaml`]: disruptionBudget(service),
    [`${root}/base/config/app.properties`]: `server.port=${service.port}\nserver.shutdown=graceful\ncache.ttl=60s\n`,
  };
  if (service.hasIngress) files[`${root}/base/ingress.yaml`] = ingress(service);
  if (service.hasMigration) files[`${root}/base/migration.yaml`] = migration(service);
  return files;
}

function kustomization(service: Service): string {
  const resources = [
    "deployment.yaml",
    "service.yaml",
    "serviceaccount.yaml",
    "pdb.yaml",
    ...(service.hasIngress ? ["ingress.yaml"] : []),
    ...(service.hasMigration ? ["migration.yaml"] : []),
  ];
  const labels = service.isLegacy
    ? `commonLabels:\n  example.com/team: ${service.team}\n`
    : `labels:\n  - pairs:\n      example.com/team: ${service.team}\n    includeTemplates: true\n`;
  const secret = service.hasSecret
    ? `secretGenerator:\n  - name: ${service.name}-credentials\n    literals:\n      - username=${service.name}\n      - password=not-a-real-secret\n`
    : "";
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
${labels}resources:
${resources.map((file) => `  - ${file}\n`).join("")}configMapGenerator:
  - name: ${service.name}-config
    files:
      - config/app.properties
    literals:
      - SERVICE_PORT=${service.port}
      - TEAM=${service.team}
${secret}`;
}

function deployment(service: Service): string {
  const secret = service.hasSecret ? `            - secretRef:\n                name: ${service.name}-credentials\n` : "";
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${service.name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${service.name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${service.name}
    spec:
      serviceAccountName: ${service.name}
      containers:
        - name: app
          image: registry.example.com/${service.team}/${service.name}:latest
          args: ["--port=${service.port}"]
          ports:
            - name: http
              containerPort: ${service.port}
          env:
            - name: LOG_LEVEL
              value: info
            - name: REGION
              value: unset
            - name: VERBOSE
              value: "no"
          envFrom:
            - configMapRef:
                name: ${service.name}-config
${secret}          resources:
            requests: {cpu: 50m, memory: 128Mi}
            limits: {memory: 512Mi}
          readinessProbe:
            httpGet: {path: /readyz, port: http}
`;
}

function kubernetesService(service: Service): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${service.name}
spec:
  selector:
    app.kubernetes.io/name: ${service.name}
  ports:
    - {name: http, port: 80, targetPort: http}
`;
}

function serviceAccount(service: Service): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${service.name}
automountServiceAccountToken: false
`;
}

function disruptionBudget(service: Service): string {
  return `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${service.name}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${service.name}
`;
}

function ingress(service: Service): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${service.name}
spec:
  ingressClassName: nginx
  rules:
    - host: ${service.name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: ${service.name}
                port:
                  name: http
`;
}

function migration(service: Service): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${service.name}-migrate
  annotations:
    argocd.argoproj.io/hook: PreSync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
    argocd.argoproj.io/sync-wave: "-10"
spec:
  backoffLimit: 2
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: registry.example.com/${service.team}/${service.name}:latest
          command: ["/app/migrate", "--lock-timeout", "30s"]
`;
}
