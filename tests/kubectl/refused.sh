# What needs a way into a container: refused in words that say how to reach the pod.
# shellcheck shell=bash disable=SC2154
try 0 'condition met' wait --for=condition=Ready pod/app-0 --timeout=60s
try 1 "exec is not served: this cluster's pods are processes of this machine; .*the address of pod app-0 is 127\." exec app-0 -- ls
try 1 "attach is not served: .*read what it prints with kubectl logs -f .*the address of pod app-0 is 127\." attach app-0
try 1 "exec is not served: .*the address of pod app-0 is 127\." cp "$objects" app-0:/tmp/copy
try 1 "portforward is not served: .*connect to the pod's own address.*the address of pod app-0 is 127\." port-forward app-0 9999:8080
try 1 'pods "nothing" not found' exec nothing -- ls
