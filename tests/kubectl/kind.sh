# What `make kind-up` installs: the API takes the manifest of metrics-server, field by field. An APIService is no kind of
# this cluster, which has its metrics built in.
# shellcheck shell=bash
awk 'BEGIN { RS = "---\n"; ORS = "---\n" } !/kind: APIService/' kind/metrics-server.yaml >"$work/metrics-server.yaml"
try 0 'deployment.apps/metrics-server serverside-applied' apply --server-side --force-conflicts --dry-run=server -f "$work/metrics-server.yaml"
for object in serviceaccount/metrics-server clusterrole.rbac.authorization.k8s.io/system:metrics-server \
    clusterrolebinding.rbac.authorization.k8s.io/metrics-server:system:auth-delegator \
    rolebinding.rbac.authorization.k8s.io/metrics-server-auth-reader service/metrics-server; do
    prints "$object serverside-applied (server dry run)"
done
# It would have said so: a field that no Deployment has.
if since 25; then
    sed 's/serviceAccountName:/serviceAcountName:/' "$work/metrics-server.yaml" >"$work/mistaken.yaml"
    try fails 'serviceAcountName' apply --server-side --force-conflicts --dry-run=server -f "$work/mistaken.yaml"
fi
