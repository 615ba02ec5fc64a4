# rollout status, history, undo, restart, pause and resume, of a Deployment and a StatefulSet; logs that follow.
# shellcheck shell=bash disable=SC2154
try 0 '^deployment.apps/web image updated' set image deployment/web web=nobody/nothing:2
try 1 'timed out waiting for the condition' rollout status deployment/web --timeout=1s
try 0 '^2 +<none>' rollout history deployment/web
prints 'deployment.apps/web' 'REVISION  CHANGE-CAUSE' '1         <none>'
try 0 'Image:.*nobody/nothing:2' rollout history deployment/web --revision=2
try 1 'unable to find (the )?specified revision' rollout history deployment/web --revision=9
try 0 '^deployment.apps/web rolled back' rollout undo deployment/web
try 0 'successfully rolled out' rollout status deployment/web --timeout=60s
try 0 '^3 +<none>' rollout history deployment/web
try 0 '^deployment.apps/web restarted' rollout restart deployment/web
try 0 'successfully rolled out' rollout status deployment/web --timeout=60s
try 0 '^deployment.apps/web paused' rollout pause deployment/web
try 1 'already paused' rollout pause deployment/web
try 0 '^deployment.apps/web resumed' rollout resume deployment/web

try 0 '^statefulset.apps/app restarted' rollout restart statefulset/app
try 0 'roll out complete' rollout status statefulset/app --timeout=60s
try 0 '^2 +<none>' rollout history statefulset/app
try 0 '^statefulset.apps/app rolled back' rollout undo statefulset/app
try 0 'roll out complete' rollout status statefulset/app --timeout=60s
try 0 '^3 +<none>' rollout history statefulset/app

# A program that writes a line and ends: followed to its end, and asked for again when it has restarted.
cat >"$work/chatty.yaml" <<'END'
apiVersion: v1
kind: Pod
metadata: {name: chatty, labels: {app: chatty}}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: c, image: "hpalab:0.1.0", command: [labcluster], args: [--version]}]
END
try 0 '^pod/chatty created' apply -f "$work/chatty.yaml"
until_true 60 '^[1-9]' get pod chatty -o 'jsonpath={.status.containerStatuses[0].restartCount}{"\n"}'
try 0 '^labcluster ' logs chatty --previous
try 0 '^labcluster ' logs chatty --follow --tail=1
try 0 '^labcluster ' logs -l app=chatty --prefix=false
try 0 '^pod "chatty" deleted' delete pod chatty
