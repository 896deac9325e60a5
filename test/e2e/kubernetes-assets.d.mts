/** `folder` holds etcd, kube-apiserver and kube-controller-manager; else `missing` says why there is none. */
export function findKubernetesAssets(options?: { readonly build?: boolean; readonly log?: (line: string) => void }): {
  readonly folder?: string;
  readonly missing?: string;
};
