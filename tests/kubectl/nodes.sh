# cordon, taint and drain: pods that a controller owns come back on the other node.
# shellcheck shell=bash disable=SC2154
try 0 '^node/lab-1 cordoned' cordon lab-1
try 0 '^lab-1 +Ready,SchedulingDisabled' get nodes
try 0 '^node/lab-1 uncordoned' uncordon lab-1
try 0 '^node/lab-1 tainted' taint node lab-1 team=a:NoSchedule
try 0 '^Taints: +team=a:NoSchedule' describe node lab-1
try 0 '^node/lab-1 untainted' taint node lab-1 team-
try fails 'cannot delete Pods ((that )?declare no controller|not managed by)' drain lab-1 lab-2 --dry-run=client
try 0 '^pod "nopull" (force )?deleted' delete pod nopull --grace-period=0 --force
# A budget holds an eviction back until there is another pod; a drain tries again.
try 0 'poddisruptionbudget.policy/web created' create -f - <<<'{"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
    "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}}'
until_true 30 '^web +1 +N/A +0 ' get poddisruptionbudgets
header NAME 'MIN AVAILABLE' 'MAX UNAVAILABLE' 'ALLOWED DISRUPTIONS' AGE
try fails "Cannot evict pod as it would violate the pod's disruption budget" drain lab-1 lab-2 --ignore-daemonsets --pod-selector=app=web --timeout=8s
try 0 'uncordoned' uncordon lab-1 lab-2
try 0 'poddisruptionbudget.policy "web" deleted' delete poddisruptionbudget web
try 0 '^node/lab-1 (drained|evicted|deleted)$' drain lab-1 --ignore-daemonsets --timeout=80s
try 0 'successfully rolled out' rollout status deployment/web --timeout=60s
try 0 '^(lab-2 )+$' get pods -A --field-selector status.phase=Running -o 'jsonpath={range .items[*]}{.spec.nodeName} {end}{"\n"}'
try 0 '^node/lab-1 uncordoned' uncordon lab-1
