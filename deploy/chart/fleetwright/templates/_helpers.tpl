{{- define "fleetwright.name" -}}
{{- printf "%s-controller" (default .Release.Name .Values.fullnameOverride | trunc 52 | trimSuffix "-") -}}
{{- end -}}

{{- define "fleetwright.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "fleetwright.name" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "fleetwright.labels" -}}
app.kubernetes.io/name: {{ include "fleetwright.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: fleetwright
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "fleetwright.selector" -}}
app.kubernetes.io/name: {{ include "fleetwright.name" . }}
{{- end -}}

{{- define "fleetwright.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "fleetwright.serviceAccount" . }}
    namespace: {{ .Release.Namespace }}
{{- end -}}
