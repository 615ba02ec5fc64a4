# create, run, expose, set, patch, label, annotate, edit, replace, autoscale, wait, delete, and what the server refuses.
# shellcheck shell=bash disable=SC2154

# ---- create ----
try 0 '^deployment.apps/x created' create deployment x --image=hpalab:0.1.0
try 1 'deployments.apps "x" already exists' create deployment x --image=hpalab:0.1.0
try 0 '^configmap/c created' create configmap c --from-literal=a=1 --from-file="$objects"
try 0 '^secret/s created' create secret generic s --from-literal=p=q
try 0 '^cQ==$' get secret s -o 'jsonpath={.data.p}{"\n"}'
try 0 '^p: +1 bytes' describe secret s
try 0 '^service/y created' create service clusterip y --tcp=80:8080
try 0 '^namespace/n created' create namespace n
try 0 '^job.batch/j created' create job j --image=hpalab:0.1.0 -- labcluster --version
try 0 'condition met' wait --for=condition=Complete job/j --timeout=60s
try 0 '^pod/p created' run p --image=hpalab:0.1.0 --command -- labcluster pause
if since 21; then
    try 0 '^job.batch/k created' create job k --from=cronjob/nightly
    try 0 '^cronjob.batch/z created' create cronjob z --image=hpalab:0.1.0 --schedule='0 0 * * *' -- labcluster --version
    try 0 '^cronjob.batch "z" deleted' delete cronjob/z job/k
fi
# Older ones leave out what they do not know.
if since 31; then
    try 0 '^cronjob.batch/whole created' create -f tests/kubectl/whole-cronjob.yaml
    try 0 '^job.batch/whole-1 created' create job whole-1 --from=cronjob/whole
    kube get cronjob whole -o 'jsonpath={.spec.jobTemplate.spec.template.spec}{.spec.jobTemplate.spec.podFailurePolicy}' &&
        mv "$work/out" "$work/template"
    kube get job whole-1 -o 'jsonpath={.spec.template.spec}{.spec.podFailurePolicy}'
    if [ -s "$work/template" ] && cmp -s "$work/template" "$work/out"; then
        result passed 'a Job made from a CronJob has all of its template'
    else
        result failed 'a Job made from a CronJob has all of its template'
        diff <(tr , '\n' <"$work/template") <(tr , '\n' <"$work/out") | sed 's/^/# /'
    fi
    try 0 '^cronjob.batch "whole" deleted' delete cronjob/whole
fi

# ---- changes ----
try 0 '^deployment.apps/x scaled' scale deployment x --replicas=0
try 1 'Expected replicas to be 5, was 0' scale deployment x --replicas=2 --current-replicas=5
try 0 '^horizontalpodautoscaler.autoscaling/x autoscaled' autoscale deployment x --min=1 --max=3 --cpu-percent=70
try 0 '^70$' get hpa x -o 'jsonpath={.spec.metrics[0].resource.target.averageUtilization}{"\n"}'
try 0 '^service/web-too exposed' expose deployment web --name=web-too --port=81 --target-port=8080
try 0 '^deployment.apps/x image updated' set image deployment/x hpalab=nobody/nothing:2
try 0 '^deployment.apps/x env updated' set env deployment/x A=1
try 0 '^A=1$' set env deployment/x --list
try 0 '^deployment.apps/x resource requirements updated' set resources deployment/x --requests=cpu=10m --limits=memory=8Mi
try 0 '^deployment.apps/x patched' patch deployment x -p \
    '{"spec":{"template":{"spec":{"containers":[{"name":"hpalab","env":[{"name":"B","value":"2"}]}]}}}}'
try 0 '^B A 10m$' get deployment x -o \
    'jsonpath={.spec.template.spec.containers[0].env[*].name} {.spec.template.spec.containers[0].resources.requests.cpu}{"\n"}'
try 0 '^deployment.apps/x patched' patch deployment x --type=merge -p '{"spec":{"minReadySeconds":1}}'
try 0 'patched \(no change\)' patch deployment x --type=merge -p '{"spec":{"minReadySeconds":1}}'
try 0 '^deployment.apps/x patched' patch deployment x --type=json -p '[{"op":"replace","path":"/spec/minReadySeconds","value":0}]'
try 1 'The request is invalid' patch deployment x --type=json -p '[{"op":"replace","path":"/spec/nothing/at/all","value":0}]'
try 1 'spec.replicas: Invalid value: -1: must be greater than or equal to 0' patch deployment x -p '{"spec":{"replicas":-1}}'
try 1 'field is immutable' patch deployment x -p '{"spec":{"selector":{"matchLabels":{"b":"c"}},"template":{"metadata":{"labels":{"b":"c"}}}}}'
try 0 '^deployment.apps/x labeled' label deployment x tier=front
try 1 "'tier' already has a value \(front\), and --overwrite is false" label deployment x tier=back
try 0 '^deployment.apps/x labeled' label --overwrite deployment x tier=back
try 0 '^deployment.apps/x$' get deployments -l 'tier in (back),tier!=front' -o name
try 0 '^deployment.apps/x (un)?labeled' label deployment x tier-
try 0 '^deployment.apps/x annotate' annotate deployment x note=yes
try 1 'a valid label must be an empty string or consist of' label deployment x bad=-
try 1 'metadata.labels: Invalid value: "-": a valid label must be' patch deployment x -p '{"metadata":{"labels":{"bad":"-"}}}'
cat >"$work/editor" <<'END'
#!/bin/sh
sed -i 's/a: "1"/a: "2"/' "$1"
END
chmod +x "$work/editor"
export KUBE_EDITOR=$work/editor
try 0 '^configmap/c edited' edit configmap c
try 0 'Edit cancelled, no changes made' edit configmap c
try 0 '^2$' get configmap c -o 'jsonpath={.data.a}{"\n"}'
kube get configmap c -o yaml && cp "$work/out" "$work/old.yaml"
try 0 '^configmap/c replaced' replace -f "$work/old.yaml"
sed -i 's/a: "2"/a: "3"/' "$work/old.yaml"
try 0 '^configmap/c replaced' replace -f "$work/old.yaml"
sed -i 's/a: "3"/a: "4"/' "$work/old.yaml"
try 1 'the object has been modified; please apply your changes to the latest version' replace -f "$work/old.yaml"

# ---- refused ----
# apply_text CODE PATTERN TEXT
apply_text() {
    printf -- '---\n%s\n' "$3" >"$work/text.yaml"
    try "$1" "$2" apply -f "$work/text.yaml"
}
apply_text 1 'no matches for kind "Nothing" in version "v1"' '{apiVersion: v1, kind: Nothing, metadata: {name: a}}'
apply_text 1 'a lowercase RFC 1123 subdomain must consist of' '{apiVersion: v1, kind: ConfigMap, metadata: {name: A_b}}'
apply_text 1 'unknown field "dat"' '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dat: {}}'
apply_text 1 'spec.template.spec.containers: Required value|missing required field "selector"' \
    '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {}}'
apply_text 1 'cannot unmarshal|expected integer|invalid type for' \
    '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: many}}'
apply_text 1 'namespaces "nowhere" not found' '{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: nowhere}}'

# ---- wait, delete ----
try 1 'timed out waiting for the condition' wait --for=condition=Ready pod/nopull --timeout=1s
since 23 && try 0 'condition met' wait --for='jsonpath={.status.phase}=Running' pod/p --timeout=60s
try 0 '^pod/p condition met' wait --for=condition=Ready pod/p --timeout=60s
try 0 '^pod "p" deleted' delete pod p --grace-period=1 --wait=false
kube wait --for=delete pod/p --timeout=60s
try 1 'pods "p" not found' get pod p
try 0 '^deployment.apps "x" deleted' delete deployment x --cascade=orphan
try 0 '^replicaset.apps/x-' get replicasets -l app=x -o name
try 0 '^replicaset.apps "x-' delete replicasets -l app=x
try 0 'No resources found' delete pods -l app=x
try 1 'pods "nothing" not found' delete pod nothing
try 0 '' delete pod nothing --ignore-not-found
try 0 '^namespace "n" deleted' delete namespace n
try 0 '^secret "s" deleted' delete configmap/c secret/s service/y service/web-too hpa/x job/j
prints 'configmap "c" deleted' 'service "y" deleted' 'horizontalpodautoscaler.autoscaling "x" deleted' 'job.batch "j" deleted'
