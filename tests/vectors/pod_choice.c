#include "tests/vectors/pod_choice.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"

#define BEGINNING "missing request for "
#define BEFORE_CONTAINER " in container "
#define BEFORE_POD " of Pod "

/* The cause "missing request for RESOURCE in container CONTAINER of Pod POD", which ends a text; owned copies. */
struct cause {
    char *resource;
    char *container;
    char *pod;
};

static void cause_release(struct cause *cause)
{
    free(cause->resource);
    free(cause->container);
    free(cause->pod);
}

static bool read_cause(const char *text, struct cause *cause)
{
    const char *resource = strstr(text, BEGINNING);
    const char *container = resource == NULL ? NULL : strstr(resource, BEFORE_CONTAINER);
    const char *pod = container == NULL ? NULL : strstr(container, BEFORE_POD);
    if (pod == NULL) {
        return false;
    }
    resource += strlen(BEGINNING);
    cause->resource = memory_copy_bytes(resource, (size_t)(container - resource));
    container += strlen(BEFORE_CONTAINER);
    cause->container = memory_copy_bytes(container, (size_t)(pod - container));
    cause->pod = memory_copy_text(pod + strlen(BEFORE_POD));
    return true;
}

static bool lacks_request(const struct cause *cause, const cJSON *pods)
{
    char *key AUTO_FREE = memory_format("%sRequest", cause->resource);
    const cJSON *pod = NULL;
    const cJSON *container = NULL;
    cJSON_ArrayForEach (pod, pods) {
        if (strcmp(json_text(json_get(pod, "name"), ""), cause->pod) != 0) {
            continue;
        }
        cJSON_ArrayForEach (container, json_get(pod, "containers")) {
            if (strcmp(json_text(json_get(container, "name"), ""), cause->container) == 0) {
                return json_get(container, key) == NULL;
            }
        }
    }
    return false;
}

bool same_but_for_pod_choice(const char *expected, const char *got, const cJSON *pods)
{
    struct cause wanted CLEANUP(cause_release) = {0};
    struct cause made CLEANUP(cause_release) = {0};
    if (!read_cause(expected, &wanted) || !read_cause(got, &made)) {
        return false;
    }
    size_t before_pod = strlen(expected) - strlen(wanted.pod);
    return before_pod == strlen(got) - strlen(made.pod) && strncmp(expected, got, before_pod) == 0 &&
           lacks_request(&wanted, pods) && lacks_request(&made, pods);
}
