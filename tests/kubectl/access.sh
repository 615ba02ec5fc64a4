# auth, and what service accounts may do: accounts, roles, bindings and tokens made by kubectl.
# shellcheck shell=bash disable=SC2154
server=$("$kubectl" config view -o 'jsonpath={.clusters[0].cluster.server}')
stranger=(--kubeconfig /dev/null --insecure-skip-tls-verify --server "$server")
account=system:serviceaccount:default:clerk
try 0 '^serviceaccount/clerk created' create serviceaccount clerk
try 0 '^role.rbac.authorization.k8s.io/reader created' create role reader --verb=get,list,watch --resource=pods,deployments.apps
try 0 '^rolebinding.rbac.authorization.k8s.io/clerk-reads created' create rolebinding clerk-reads --role=reader \
    --serviceaccount=default:clerk
try 0 'clerk +default' describe rolebinding clerk-reads
try 0 'deployments.apps' describe role reader
try 0 '^reader ' get roles
try 0 '^clerk-reads +Role/reader' get rolebindings -o wide
try 0 '^yes$' auth can-i list pods --as="$account"
try 1 '^no' auth can-i delete pods --as="$account"
try 0 '^deployments.apps +\[\] +\[\] +\[get list watch\]' auth can-i --list --as="$account"
try 0 '^yes$' auth can-i '*' '*'
try 0 '^app-0 ' get pods --as="$account"
try 1 "^Error from server \(Forbidden\): pods is forbidden: User \"$account\" cannot list resource \"pods\" in API group \"\" in the \
namespace \"kube-system\"" get pods -n kube-system --as="$account"
try 1 'Error from server \(Forbidden\): .*cannot delete resource "pods"' delete pod app-0 --as="$account"
try 1 'You must be logged in to the server|Unauthorized' get pods "${stranger[@]}" --token=wrong
if since 24; then
    try 0 '^ey' create token clerk
    token=$(cat "$work/out")
    try 0 '^app-0 ' get pods "${stranger[@]}" --token="$token"
    try 1 'Error from server \(Forbidden\): .*cannot list resource "services"' get services "${stranger[@]}" --token="$token"
fi
since 28 && try 0 '^Username +kubernetes-admin' auth whoami
try 0 '^serviceaccount "clerk" deleted' delete serviceaccount/clerk role/reader rolebinding/clerk-reads
