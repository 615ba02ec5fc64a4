/*
 * Questions to the API about tokens and rights, answered and not stored: authentication.k8s.io/v1 (SelfSubjectReview,
 * TokenReview), authorization.k8s.io/v1 (SelfSubjectAccessReview and its kin), and the subresource `token` of service
 * accounts.
 */
#ifndef CLUSTER_API_REVIEW_H
#define CLUSTER_API_REVIEW_H

#include "cluster/api/front.h"

/* False when the path is none of them. */
bool review_answer(const struct front *front, const struct http_request *request, struct answer *answer);

/* One handler a kind: fills the status (and what Kubernetes fills in of the spec) of the tree. -1 with a Status. */
struct review {
    const struct front *front;
    const struct http_request *request;
    const char *namespace, *name; /* of the path; NULL = none */
};
int review_token(const struct review *review, cJSON *tree, struct status *status);
int review_self(const struct review *review, cJSON *tree, struct status *status);
int review_token_request(const struct review *review, cJSON *tree, struct status *status);
int review_self_access(const struct review *review, cJSON *tree, struct status *status);
int review_access(const struct review *review, cJSON *tree, struct status *status);
int review_local_access(const struct review *review, cJSON *tree, struct status *status);
int review_self_rules(const struct review *review, cJSON *tree, struct status *status);

#endif
