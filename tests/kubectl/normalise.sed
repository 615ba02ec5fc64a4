# Makes two outputs of kubectl comparable: what differs from run to run becomes a word, column widths become one blank.
# What an image, a node and the programs are called here and there.
s/lab\/(burn|hello):1|hpalab:[0-9.]+/IMAGE/g
s/\b(node1|lab(-[0-9])?)(\/| |$)/NODE\3/g
s/0\/[0-9] nodes/0\/N nodes/
# Names and numbers made by the cluster.
s/(web-)[a-z0-9]{6,10}-[a-z0-9]{5}\b/\1HASH-RANDOM/g
s/(web-)[a-z0-9]{8,10}\b/\1HASH/g
s/(web-)[a-z0-9]{5} /\1RANDOM /g
s/(indexed-[0-9]-)[a-z0-9]{5}\b/\1RANDOM/g
s/(nightly-)[0-9]{6,}-[a-z0-9]{5}\b/\1MINUTE-RANDOM/g
s/(nightly-)[0-9]{6,}\b/\1MINUTE/g
s/(app-)[a-z0-9]{8,10}\b/\1HASH/g
s/kube-api-access-[a-z0-9]{5}\b/kube-api-access-RANDOM/g
s/\b(pv-[ab]|pvc-[0-9a-f-]{36})\b/VOLUME/g
s/[a-z]+:\/\/[0-9a-f]{64}/RUNTIME:\/\/ID/g
s/sha256:[0-9a-f]{64}/sha256:ID/g
s/[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/ADDRESS/g
s/(uid:) [0-9a-f-]{36}/\1 ID/
s/(resourceVersion:) "[0-9]+"/\1 NUMBER/
s/from [0-9]+ to [0-9]+/from N to N/g
# What is measured.
s/[0-9]+% \([0-9]+[mKMGi]*\)/N% (QUANTITY)/g
s/(cpu|memory): [0-9]+%\//\1: N%\//g
s/ [0-9]+m( +)[0-9]+%( +)[0-9]+Mi +[0-9]+%/ CPU N% MEMORY N%/
s/ [0-9]+m +[0-9]+Mi *$/ CPU MEMORY/
/^status:/,$s/(averageUtilization:) [0-9]+/\1 N/
/^status:/,$s/(averageValue:) .*/\1 QUANTITY/
# Times: dates, and ages with their counts, but not what an object says in seconds or millicores.
s/[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}/DATE/g
s/"[0-9]{4}-[0-9-]{5}T[0-9:]{8}Z"/"DATE"/g
s/(cpu:|for) +([0-9])/\1@\2/g
s/ \(x[0-9]+ over ([0-9]+[dhms])+\)//
s/ ([0-9]+[dhms]){1,2}( |$)/ AGE\2/g
s/ ([0-9]+[dhms]){1,2}( |$)/ AGE\2/g
s/@/ /g
# Newer kubectls tell the names of ports and the container of an event; older ones wrote percent signs without brackets.
s/(\/TCP) \([a-z]+\)$/\1/
s/spec\.containers\{[a-z]+\}: //
s/(CPU|MEMORY)%/\1(%)/g
# Widths.
s/^ {8,}/        /
s/([^ ]) {2,}/\1 /g
s/ +$//
