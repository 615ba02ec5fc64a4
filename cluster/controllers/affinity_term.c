#include "cluster/controllers/affinity_term.h"

#include <stdlib.h>
#include <string.h>

static struct affinity_term read_term(const cJSON *tree, const cJSON *owner, int64_t weight)
{
    const cJSON *selector = json_get(tree, "labelSelector");
    return (struct affinity_term){
        .tree = tree,
        .owner = owner,
        .topology_key = json_text(json_get(tree, "topologyKey"), ""),
        .selector = selector != NULL ? selector_from_label_selector(selector) : NULL,
        .weight = weight,
    };
}

static struct affinity_terms allocate(const cJSON *list)
{
    return (struct affinity_terms){.terms = memory_allocate((size_t)cJSON_GetArraySize(list) + 1, sizeof(struct affinity_term))};
}

struct affinity_terms affinity_terms_required(const cJSON *pod, const char *kind)
{
    const cJSON *list = json_get(pod, "spec", "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution");
    struct affinity_terms terms = allocate(list);
    const cJSON *tree = NULL;
    cJSON_ArrayForEach (tree, list)
        terms.terms[terms.count++] = read_term(tree, pod, 0);
    return terms;
}

struct affinity_terms affinity_terms_preferred(const cJSON *pod, const char *kind)
{
    const cJSON *list = json_get(pod, "spec", "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution");
    struct affinity_terms terms = allocate(list);
    const cJSON *preferred = NULL;
    cJSON_ArrayForEach (preferred, list)
        terms.terms[terms.count++] =
            read_term(json_get(preferred, "podAffinityTerm"), pod, json_integer(json_get(preferred, "weight"), 0));
    return terms;
}

void affinity_terms_release(struct affinity_terms *terms)
{
    for (size_t i = 0; i < terms->count; i++)
        selector_destroy(terms->terms[i].selector);
    free(terms->terms);
    *terms = (struct affinity_terms){0};
}

static const char *namespace_of(const cJSON *pod)
{
    return json_text(json_get(pod, "metadata", "namespace"), "");
}

/* The owner's own namespace when the term names none. */
static bool namespace_matches(const struct affinity_term *term, const struct view *view, const char *namespace)
{
    const cJSON *names = json_get(term->tree, "namespaces");
    const cJSON *wanted = json_get(term->tree, "namespaceSelector");
    if (cJSON_GetArraySize(names) == 0 && wanted == NULL)
        return strcmp(namespace, namespace_of(term->owner)) == 0;
    const cJSON *name = NULL;
    cJSON_ArrayForEach (name, names) {
        if (strcmp(json_text(name, ""), namespace) == 0)
            return true;
    }
    const struct object *object = wanted != NULL ? view_get(view, RESOURCE_NAMESPACES, "", namespace) : NULL;
    if (object == NULL)
        return false;
    AUTO_SELECTOR struct selector *selector = selector_from_label_selector(wanted);
    return selector_matches(selector, object_tree(object));
}

/* Labels that the pod must (or must not) have in common with the owner; keys that the owner lacks do not count. */
static bool keys_match(const struct affinity_term *term, const char *list, bool equal, const cJSON *pod)
{
    const cJSON *key = NULL;
    cJSON_ArrayForEach (key, json_get(term->tree, list)) {
        const char *owners = json_text(json_get(term->owner, "metadata", "labels", json_text(key, "")), NULL);
        const char *present = json_text(json_get(pod, "metadata", "labels", json_text(key, "")), NULL);
        if (owners != NULL && (present != NULL && strcmp(owners, present) == 0) != equal)
            return false;
    }
    return true;
}

bool affinity_term_matches(const struct affinity_term *term, const struct view *view, const cJSON *pod)
{
    return term->selector != NULL && selector_matches(term->selector, pod) && namespace_matches(term, view, namespace_of(pod)) &&
           keys_match(term, "matchLabelKeys", true, pod) && keys_match(term, "mismatchLabelKeys", false, pod);
}
