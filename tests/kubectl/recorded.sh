# Outputs of kubectl against those of a real cluster (tests/data/golden/kubectl, the command on the first line of each).
# shellcheck shell=bash disable=SC2154
# What may differ besides names, times and measured numbers (normalise.sed):
# - ours has Command and Args (programs are named; the recorded images have one of their own) and variables that tell a
#   program its address;
# - the recorded cluster mounts OpenShift's certificate beside Kubernetes's; how a ConfigMap's being optional is worded
#   differs between versions of kubectl;
# - the API is on port 6443 of its Service (443 needs root);
# - events: other things happened there; each event that we have must be one that was recorded, and one must be there
#   (of an HPA none when its metrics were there at once);
# - its autoscaler scaled (lastScaleTime), ours did not; kubectl 1.20 shows managedFields, and those
#   before 1.31 do not tell a template's node selectors and tolerations.
recorded=tests/data/golden/kubectl
here=tests/kubectl

# Reads an output: without what may differ, names and times as words, and one line for all lines that are then equal.
comparable() {
    awk '
        skip > 0 { skip--; next }
        /^ +(Command|Args):$/ { skip = 1; next }
        /^ +Environment:/ || /^ +WEBAPP_[A-Z]+:/ { next }
        /openshift-service-ca/ || /^ +(Optional|ConfigMapOptional):/ { next }
        /^  lastScaleTime:/ || /^  (Node-Selectors|Tolerations):/ { next }
        /^  managedFields:$/ { inside = 1; next }
        inside && /^  (-| )/ { next }
        { inside = 0; print }' "$1" |
        sed -E 's/^(service\/)?kubernetes( .*) (6443|443)\/TCP/\1kubernetes\2 PORT\/TCP/' | sed -Ef "$here/normalise.sed" | uniq
}

# Moves the events of what was read from FILE to FILE.events. Which metrics were missing at first is not told.
split_events() {
    sed -nE '/^Events:/,$p' "$1" | grep -E '^  (Normal|Warning)' |
        sed -E 's/^(.*Failed(GetResourceMetric|ComputeMetricsReplicas) .* horizontal-pod-autoscaler) .*/\1/' | sort -u >"$1.events"
    sed -i '/^Events:/,$d' "$1"
}

# same RECORDED ACTUAL: whether two outputs are the same where they may not differ; else the difference
same() {
    comparable <(tail -n +2 "$1") >"$work/recorded.txt"
    comparable "$2" >"$work/actual.txt"
    if grep -q '^Events:' "$work/recorded.txt"; then
        grep -q '^Events:' "$work/actual.txt" || { echo 'no events' && return 1; }
        split_events "$work/recorded.txt"
        split_events "$work/actual.txt"
        if [ -s "$work/recorded.txt.events" ]; then
            [[ $1 = *describe-hpa-* || -s $work/actual.txt.events ]] || { echo 'no event' && return 1; }
            comm -13 "$work/recorded.txt.events" "$work/actual.txt.events" | grep . && return 1
        fi
    fi
    diff "$work/recorded.txt" "$work/actual.txt"
}

# like_recorded NAME: the command of that recording prints the same, now or soon
like_recorded() {
    local arguments deadline=$((SECONDS + 60))
    read -r -a arguments <<<"$(sed -n '1s/^\$ kubectl //p' "$recorded/$1.txt")"
    while
        timeout 60 "$kubectl" "${arguments[@]}" >"$work/out" 2>"$work/errors" 9>&-
        ! same "$recorded/$1.txt" "$work/out" >"$work/difference"
    do
        if [ "$SECONDS" -ge "$deadline" ]; then
            result failed "as recorded: kubectl ${arguments[*]}"
            sed 's/^/# /' "$work/errors" "$work/difference" | head -40
            return
        fi
        sleep 0.3
    done
    result passed "as recorded: kubectl ${arguments[*]}"
}

# differs NAME SCRIPT: the comparison finds what a sed script does to a recording
differs() {
    tail -n +2 "$recorded/$1.txt" | sed -E "$2" >"$work/damaged.txt"
    if same "$recorded/$1.txt" "$work/damaged.txt" >"$work/difference"; then
        result failed "the comparison finds in $1: $2"
    else
        result passed "the comparison finds in $1: $2"
    fi
}

# Kinds of the recorded cluster that are not served here.
unserved='bindings|componentstatuses|endpoints|limitranges|podtemplates|replicationcontrollers|resourcequotas|.*admission.*|'
unserved+='.*webhook.*|apiservices|daemonsets|certificatesigningrequests|flowschemas|prioritylevelconfigurations|'
unserved+='ingressclasses|ingresses|ipaddresses|networkpolicies|servicecidrs|runtimeclasses|'
unserved+='deviceclasses|resource(claims|claimtemplates|slices)|csi.*|volumeattachments|volumeattributesclasses'

like_recorded_kinds() {
    kube api-resources
    comparable <(tail -n +2 "$recorded/api-resources.txt" | grep -vE "^($unserved) ") >"$work/recorded.txt"
    comparable "$work/out" >"$work/actual.txt"
    if diff "$work/recorded.txt" "$work/actual.txt" >"$work/difference"; then
        result passed 'as recorded: kubectl api-resources, less what is not served'
    else
        result failed 'as recorded: kubectl api-resources, less what is not served'
        sed 's/^/# /' "$work/difference"
    fi
}

differs get-pods 's/^(app-0 +)1\/1/\10\/1/'
differs get-pods '/^nopull/d'
differs get-deploy 's/UP-TO-DATE/UPDATED/'
differs get-hpa 's/1 +5 +2 /1 5 3 /'
differs get-pvc 's/RWO/RWX/'
differs describe-hpa-web 's/ReadyForNewScale/SucceededRescale/'
differs describe-pod-app-0 's/memory: +100Mi/memory: 10Mi/'
differs describe-deploy-web 's/Scaled up/Scaled/'
differs describe-sts-app '/Partition/d'

for name in get-deploy get-rs get-sts get-svc get-pvc get-endpointslices get-hpa top-pods top-nodes get-pods get-pods-wide \
    get-hpa-yaml get-jobs get-cronjobs get-all; do
    like_recorded "$name"
done
like_recorded_kinds
# Older kubectls write descriptions otherwise, and knew no CronJobs of batch/v1.
if since 27; then
    for name in describe-deploy-web describe-sts-app describe-hpa-web describe-hpa-app describe-pod-app-0 describe-pod-nopull; do
        like_recorded "$name"
    done
fi
