#include "cluster/api/review.h"

#include <string.h>

#include "cluster/api/request_body.h"

struct review_kind {
    const char *group;
    const char *plural;
    const char *kind;
    bool namespaced;
    int (*fill)(const struct review *review, cJSON *tree, struct status *status);
};

static const struct review_kind review_kinds[] = {
    {"authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", false, review_self},
    {"authentication.k8s.io", "tokenreviews", "TokenReview", false, review_token},
    {"authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true, review_local_access},
    {"authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, review_self_access},
    {"authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false, review_self_rules},
    {"authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false, review_access},
};

static const struct review_kind token_request = {"authentication.k8s.io", "", "TokenRequest", true, review_token_request};

/* The kind that a path stands for, and what it names; NULL when it is none of them. */
static const struct review_kind *find_kind(const struct http_request *request, struct review *review)
{
    char *const *segments = request->segments;
    size_t count = request->segment_count;
    if (count == 7 && strcmp(segments[0], "api") == 0 && strcmp(segments[1], "v1") == 0 &&
        strcmp(segments[2], "namespaces") == 0 && strcmp(segments[4], "serviceaccounts") == 0 &&
        strcmp(segments[6], "token") == 0) {
        review->namespace = segments[3];
        review->name = segments[5];
        return &token_request;
    }
    bool namespaced = count == 6 && strcmp(segments[3], "namespaces") == 0;
    if ((count != 4 && !namespaced) || strcmp(segments[0], "apis") != 0 || strcmp(segments[2], "v1") != 0)
        return NULL;
    for (size_t i = 0; i < sizeof review_kinds / sizeof review_kinds[0]; i++) {
        const struct review_kind *kind = &review_kinds[i];
        if (strcmp(kind->group, segments[1]) != 0 || kind->namespaced != namespaced ||
            strcmp(kind->plural, segments[count - 1]) != 0)
            continue;
        review->namespace = namespaced ? segments[4] : NULL;
        return kind;
    }
    return NULL;
}

static void answer_kind(const struct review_kind *kind, const struct review *review, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_FREE char *version = memory_format("%s/v1", kind->group);
    AUTO_JSON cJSON *tree = request_body_object(review->request, version, kind->kind, &status);
    if (tree != NULL) {
        (void)json_object_at(tree, "metadata");
        (void)json_object_at(tree, "spec");
        json_remove(tree, "status");
    }
    if (tree == NULL || kind->fill(review, tree, &status) != 0)
        answer_status(answer, &status);
    else
        answer_tree(answer, 201, tree);
}

bool review_answer(const struct front *front, const struct http_request *request, struct answer *answer)
{
    struct review review = {.front = front, .request = request};
    const struct review_kind *kind = find_kind(request, &review);
    if (kind == NULL)
        return false;
    if (strcmp(request->method, "POST") == 0)
        answer_kind(kind, &review, answer);
    else
        answer_method_not_allowed(answer);
    return true;
}
