# get, describe, explain, logs, top, events, and what discovery says.
# shellcheck shell=bash disable=SC2154

# ---- get: tables ----
try 0 '^deployment.apps/web ' get all
prints 'NAME                  READY   UP-TO-DATE   AVAILABLE   AGE'
try 0 'Running' get pods -o wide
header NAME READY STATUS RESTARTS AGE IP NODE 'NOMINATED NODE' 'READINESS GATES'
try 0 '^kube-system +metrics-server-' get pods -A
header NAMESPACE NAME READY STATUS RESTARTS AGE
try 0 '^lab-2 +Ready' get nodes -o wide
header NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME
try 0 '^web ' get deployments -o wide
header NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR
try 0 '^web-' get replicasets -o wide
header NAME DESIRED CURRENT READY AGE CONTAINERS IMAGES SELECTOR
try 0 '^app +2/2' get statefulsets -o wide
header NAME READY AGE CONTAINERS IMAGES
try 0 '^app-.* statefulset.apps/app' get controllerrevisions
header NAME CONTROLLER REVISION AGE
try 0 '^indexed +Complete +3/3' get jobs -o wide
header NAME STATUS COMPLETIONS DURATION AGE CONTAINERS IMAGES SELECTOR
try 0 '^nightly ' get cronjobs -o wide
header NAME SCHEDULE TIMEZONE SUSPEND ACTIVE 'LAST SCHEDULE' AGE CONTAINERS IMAGES SELECTOR
try 0 '^web ' get services -o wide
header NAME TYPE CLUSTER-IP EXTERNAL-IP 'PORT(S)' AGE SELECTOR
try 0 '^kube-root-ca.crt +1 ' get configmaps
header NAME DATA AGE
try 0 '^default ' get serviceaccounts
try 0 'default/data-app-0' get persistentvolumes
header NAME CAPACITY 'ACCESS MODES' 'RECLAIM POLICY' STATUS CLAIM STORAGECLASS VOLUMEATTRIBUTESCLASS REASON AGE
try 0 '^standard \(default\)' get storageclasses
header NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE
try 0 '^kube-node-lease +Active' get namespaces
header NAME STATUS AGE
try 0 '^cluster-admin ' get clusterroles
header NAME 'CREATED AT'
try 0 '^system:discovery ' get clusterrolebindings
header NAME ROLE AGE
try 0 '^system-node-critical ' get priorityclasses
try 0 '^lab-1 +lab-1 ' get leases -n kube-node-lease
header NAME HOLDER AGE
try 0 'SuccessfulCreate' get events -o wide
header 'LAST SEEN' TYPE REASON OBJECT SUBOBJECT SOURCE MESSAGE 'FIRST SEEN' COUNT NAME
try 0 'No resources found' get secrets -n kube-public

# ---- get: chosen, and in other shapes ----
try 0 '^pod/app-0$' get pods -l app=app -o name
try 0 '^nopull$' get pods --field-selector status.phase=Pending -o 'jsonpath={.items[*].metadata.name}{"\n"}'
try 0 '^N +P$' get pods -o custom-columns=N:.metadata.name,P:.status.phase
prints 'nopull                   Pending'
try 0 '"kind": "Deployment"' get deployment web -o json
try 0 '^  replicas: 1$' get deployment web -o yaml
try 0 '^1/1$' get deployment web -o 'go-template={{.status.readyReplicas}}/{{.spec.replicas}}{{"\n"}}'
try 0 'pod-template-hash=' get pods --show-labels
try 0 ' APP$' get pods -L app --sort-by=.metadata.name
try 0 '^pod/nopull$' get pods --chunk-size=1 -o name
try 0 'targetCPUUtilizationPercentage: 50' get horizontalpodautoscalers.v1.autoscaling web -o yaml
try 0 'apiVersion: autoscaling/v1' get horizontalpodautoscalers.v1.autoscaling web -o yaml
try 0 '^ok' get --raw /healthz
try 0 '^# TYPE ' get --raw /api/v1/namespaces/default/services/web:80/proxy/metrics
try 1 'error trying to reach service: dial tcp 127.*: connect: connection refused' get --raw /api/v1/namespaces/default/pods/app-0:8080/proxy/
try 1 'no endpoints available for service "web"' get --raw /api/v1/namespaces/default/services/web:http/proxy/
try 0 '^app-0 ' get pods --watch --request-timeout=1s

# ---- get: what is wrong ----
try 1 "^error: the server doesn't have a resource type \"nothings\"" get nothings
try 1 '^Error from server \(NotFound\): pods "nothing" not found' get pod nothing
try 1 '^Error from server \(NotFound\): deployments.apps "nothing" not found' get deployment nothing
try 1 'field label not supported: status.nothing' get pods --field-selector status.nothing=1
try 1 "unable to parse requirement: found '', expected: ',' or '\)'" get pods -l 'a in (b'
try 0 'No resources found in empty namespace' get pods -n empty

# ---- describe ----
try 0 '^Replicas: +1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable' describe deployment web
try 0 '^Controlled By: +Deployment/web' describe replicaset
try 0 'Create Claim data-app-0 Pod app-0 in StatefulSet app success' describe statefulset app
try 0 '^Deployment pods: +1 current / 1 desired' describe hpa web
try 0 '^Pods Statuses: .* 3 Succeeded / 0 Failed' describe job indexed
try 0 '^Status: +Running' describe pod app-0
try 0 'data-app-0' describe pod app-0
try 0 'Error: ErrImageNeverPull' describe pod nopull
try 0 '^TargetPort: +http/TCP' describe service web
try 0 '^Used By: +app-0' describe persistentvolumeclaim data-app-0
try 0 '^Claim: +default/data-app-' describe persistentvolume
try 0 'Non-terminated Pods:' describe node lab-1
prints 'Hostname:    lab-1' 'HolderIdentity:  lab-1'
try 0 '^IsDefaultClass: +Yes' describe storageclass standard
try 0 '^Status: +Active' describe namespace default
try 0 '^Name: +default' describe serviceaccount default
try 0 '^ca.crt:' describe configmap kube-root-ca.crt
try 0 'API Version: +apps/v1' describe controllerrevision
if since 21; then
    try 0 '^Schedule: +\*/1 \* \* \* \*' describe cronjob nightly
    try 0 'TargetRef: +Pod/web-' describe endpointslice
fi
since 26 && try 0 'Scaled up replica set web-' events

# ---- logs, top ----
try 0 'info webapp: pod' logs deployment/web
try 0 '^[^ ]*Z [^ ]*Z info webapp' logs deployment/web --timestamps --tail=1
try 0 'info webapp: pod' logs -l app=web --tail=5
try 0 '^labcluster ' logs job/indexed
try 1 'container "x" in pod "nopull" is waiting to start: ErrImageNeverPull' logs nopull
try 1 'previous terminated container "app" in pod "app-0" not found' logs app-0 --previous
try 1 'pods "nothing" not found' logs nothing
try fails 'container nothing is not valid for pod app-0' logs app-0 -c nothing
try 0 '^kube-system +metrics-server-' top pods -A
header NAMESPACE NAME 'CPU(cores)' 'MEMORY(bytes)'
try 0 '^app-0 +app ' top pods -l app=app --containers
try 0 '^lab-1 ' top node lab-1
try 1 'podmetrics.metrics.k8s.io "default/nothing" not found' top pod nothing

# ---- what the server can do ----
try 0 'FIELDS:' explain pod.spec.containers
try 0 'terminationGracePeriodSeconds' explain pod.spec
try 0 'stabilizationWindowSeconds' explain hpa --recursive
try 0 'targetCPUUtilizationPercentage' explain hpa.spec --api-version=autoscaling/v1
try 0 'fieldsV1' explain deployment.metadata.managedFields
try 1 'field "nothing" does not exist' explain pod.spec.nothing
try 0 '^deployments.apps$' api-resources -o name
try 0 '^nodes$' api-resources --namespaced=false -o name
prints 'persistentvolumes' 'clusterroles.rbac.authorization.k8s.io'
try 0 '^autoscaling/v1$' api-versions
prints autoscaling/v2 custom.metrics.k8s.io/v1beta2 batch/v1 v1
try 0 'v1\.36' version
try 0 'is running at.*https://127\.' cluster-info
