/** A chart with a subchart, helpers and a checksum: what a fleet's own charts look like. */
export function metricsChart(): Readonly<Record<string, string>> {
  return {
    "charts/metrics/Chart.yaml": `apiVersion: v2
name: metrics
version: 1.4.0
appVersion: "3.1.0"
kubeVersion: ">=1.25.0-0"
dependencies:
  - name: rules
    version: 0.2.0
    condition: rules.enabled
`,
    "charts/metrics/values.yaml": `replicas: 1
retention: 24h
cluster: ""
region: ""
image:
  repository: registry.example.com/platform/metrics
  tag: ""
rules:
  enabled: false
`,
    "charts/metrics/values-production.yaml": `replicas: 2
retention: 360h
rules:
  enabled: true
`,
    "charts/metrics/values.schema.json": `{
  "type": "object",
  "required": ["cluster"],
  "properties": {"replicas": {"type": "integer", "minimum": 1}, "cluster": {"type": "string", "minLength": 1}}
}
`,
    "charts/metrics/templates/_helpers.tpl": `{{- define "metrics.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
{{- end }}
`,
    "charts/metrics/templates/config.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
  labels: {{- include "metrics.labels" . | nindent 4 }}
data:
  metrics.yaml: |
    {{- dict "retention" .Values.retention "externalLabels" (dict "cluster" .Values.cluster "region" .Values.region) | toYaml | nindent 4 }}
`,
    "charts/metrics/templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "metrics.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app.kubernetes.io/instance: {{ .Release.Name }}
  template:
    metadata:
      labels: {{- include "metrics.labels" . | nindent 8 }}
      annotations:
        checksum/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}
    spec:
      containers:
        - name: metrics
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          ports:
            - name: http
              containerPort: 9090
`,
    "charts/metrics/charts/rules/Chart.yaml": "apiVersion: v2\nname: rules\nversion: 0.2.0\n",
    "charts/metrics/charts/rules/values.yaml": "alerts: [TargetDown, DiskFull]\n",
    "charts/metrics/charts/rules/templates/rules.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-rules
data:
  {{- range .Values.alerts }}
  {{ . }}: "on"
  {{- end }}
`,
  };
}
