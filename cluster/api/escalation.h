/*
 * Nobody gives away rights that they do not have: who writes a Role needs the verb `escalate` for it, and who writes a
 * binding the verb `bind` for the roles that it may refer to. Stricter than kube-apiserver, which also lets those write who
 * hold all the rights that they give.
 */
#ifndef CLUSTER_API_ESCALATION_H
#define CLUSTER_API_ESCALATION_H

#include "cluster/api/access.h"

/* Of an access that is allowed otherwise. -1 with a 403 Status. */
int escalation_check(struct store *store, const struct access *access, struct status *status);

#endif
