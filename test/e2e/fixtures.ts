import type { Workbench } from "./workbench.js";

/** What a suite's tests work at; set before the first of them. */
export interface Bench {
  readonly at: Workbench;
}

export function deploymentText(replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: "registry.example.com/web:1", ports: [{containerPort: 80}]}
`;
}
