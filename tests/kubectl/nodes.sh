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
try 0 '^node/lab-1 (drained|evicted|deleted)$' drain lab-1 --ignore-daemonsets --timeout=80s
try 0 'successfully rolled out' rollout status deployment/web --timeout=60s
try 0 '^(lab-2 )+$' get pods -A --field-selector status.phase=Running -o 'jsonpath={range .items[*]}{.spec.nodeName} {end}{"\n"}'
try 0 '^node/lab-1 uncordoned' uncordon lab-1
