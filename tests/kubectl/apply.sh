# Making the recorded cluster's objects with kubectl apply: tried, made, made again, by the client and by the server.
# shellcheck shell=bash disable=SC2154
objects=tests/kubectl/objects.yaml
autoscalers=tests/kubectl/autoscalers.yaml

try 0 '^deployment.apps/web created \(dry run\)' apply --dry-run=client -f "$objects"
try 0 '^statefulset.apps/app created \(server dry run\)' apply --dry-run=server -f "$objects"
try fails 'Error from server \(NotFound\): deployments.apps "web" not found' get deployment web
try 1 '^\+  name: web' diff -f "$objects"
try 0 '^deployment.apps/web created' apply -f "$objects"
prints 'service/web created' 'statefulset.apps/app created' 'job.batch/indexed created' 'cronjob.batch/nightly created' 'pod/nopull created'
try 0 '^deployment.apps/web unchanged' apply -f "$objects"
prints 'service/web unchanged' 'job.batch/indexed unchanged' 'pod/nopull unchanged'
since 21 && prints 'cronjob.batch/nightly unchanged'
try 0 '' diff -f "$objects"

try 0 'successfully rolled out' rollout status deployment/web --timeout=60s
try 0 '^deployment.apps/web scaled' scale deployment web --replicas=5
try 0 'condition met' wait --for=condition=Available=false deployment/web --timeout=60s
try 0 'successfully rolled out' rollout status deployment/web --timeout=60s
try 0 '^deployment.apps/web scaled' scale deployment web --replicas=1 --current-replicas=5
try 0 '^horizontalpodautoscaler.autoscaling/web created' apply -f "$autoscalers"

# The server has a word in fields of its own; whoever wants them, is told whose they are.
cat >"$work/settings.yaml" <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {size: "10"}
END
try 0 '^configmap/settings serverside-applied' apply --server-side --field-manager=one -f "$work/settings.yaml"
sed -i 's/"10"/"20"/' "$work/settings.yaml"
try 1 'conflict with "one": \.data\.size' apply --server-side --field-manager=two -f "$work/settings.yaml"
try 0 '^configmap/settings serverside-applied' apply --server-side --field-manager=two --force-conflicts -f "$work/settings.yaml"
try 0 '^20$' get configmap settings -o 'jsonpath={.data.size}{"\n"}'
