#include <stdlib.h>
#include <string.h>

#include "cluster/api/selector_internal.h"
#include "common/memory.h"

#define TERMS_MAXIMUM 100

/* The fields that Kubernetes lets field selectors name, over all the kinds served, and where they are. */
static const struct {
    const char *name;
    const char *path[4];
    const char *absent; /* what an object without the field counts as */
    const char *kinds;  /* plurals of the kinds that have it; "": all */
} fields[] = {
    {"metadata.name", {"metadata", "name"}, "", ""},
    {"metadata.namespace", {"metadata", "namespace"}, "", ""},
    {"name", {"metadata", "name"}, "", "namespaces"},
    {"spec.nodeName", {"spec", "nodeName"}, "", "pods"},
    {"spec.restartPolicy", {"spec", "restartPolicy"}, "", "pods"},
    {"spec.schedulerName", {"spec", "schedulerName"}, "", "pods"},
    {"spec.serviceAccountName", {"spec", "serviceAccountName"}, "", "pods"},
    {"spec.hostNetwork", {"spec", "hostNetwork"}, "false", "pods"},
    {"spec.unschedulable", {"spec", "unschedulable"}, "false", "nodes"},
    {"spec.clusterIP", {"spec", "clusterIP"}, "", "services"},
    {"spec.type", {"spec", "type"}, "", "services"},
    {"status.phase", {"status", "phase"}, "", "pods namespaces"},
    {"status.podIP", {"status", "podIP"}, "", "pods"},
    {"status.nominatedNodeName", {"status", "nominatedNodeName"}, "", "pods"},
    {"involvedObject.kind", {"involvedObject", "kind"}, "", "events"},
    {"involvedObject.namespace", {"involvedObject", "namespace"}, "", "events"},
    {"involvedObject.name", {"involvedObject", "name"}, "", "events"},
    {"involvedObject.uid", {"involvedObject", "uid"}, "", "events"},
    {"involvedObject.apiVersion", {"involvedObject", "apiVersion"}, "", "events"},
    {"involvedObject.resourceVersion", {"involvedObject", "resourceVersion"}, "", "events"},
    {"involvedObject.fieldPath", {"involvedObject", "fieldPath"}, "", "events"},
    {"reason", {"reason"}, "", "events"},
    {"reportingComponent", {"reportingComponent"}, "", "events"},
    {"source", {"source", "component"}, "", "events"},
    {"type", {"type"}, "", "events secrets"},
};

static int find_field(const char *name)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

const char *selector_field_text(const cJSON *object, const char *field)
{
    int index = find_field(field);
    if (index < 0)
        return "";
    const cJSON *node = json_get_path(object, fields[index].path);
    if (cJSON_IsBool(node))
        return cJSON_IsTrue(node) ? "true" : "false";
    return json_text(node, fields[index].absent);
}

/* Ends the term at its comma; NULL when it was the last. A backslash takes the next character as it is. */
static char *end_term(char *term)
{
    for (char *at = term; *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0') {
            at++;
        } else if (*at == ',') {
            *at = '\0';
            return at + 1;
        }
    }
    return NULL;
}

static void remove_backslashes(char *value)
{
    char *to = value;
    for (const char *from = value; *from != '\0'; from++) {
        if (*from == '\\' && from[1] != '\0')
            from++;
        *to++ = *from;
    }
    *to = '\0';
}

static int add_term(struct selector *selector, char *term, const char *text, struct status *status)
{
    if (term[0] == '\0')
        return 0;
    char *value = strchr(term, '=');
    if (value == NULL)
        return status_set(status, 400, "BadRequest", "invalid selector: '%s'; can't understand '%s'", text, term);
    bool negative = value > term && value[-1] == '!';
    value[negative ? -1 : 0] = '\0';
    value += value[1] == '=' && !negative ? 2 : 1;
    remove_backslashes(value);
    requirement_add_value(selector_add(selector, term, negative ? SELECTOR_NOT_IN : SELECTOR_IN), value);
    return 0;
}

struct selector *selector_parse_fields(const char *text, struct status *status)
{
    struct selector *selector = memory_allocate(1, sizeof *selector);
    selector->fields = true;
    AUTO_FREE char *copy = memory_copy_text(text);
    for (char *term = copy; term != NULL;) {
        char *next = end_term(term);
        int outcome = selector->count < TERMS_MAXIMUM
                          ? add_term(selector, term, text, status)
                          : status_set(status, 400, "BadRequest", "more than %d field selector terms", TERMS_MAXIMUM);
        if (outcome < 0) {
            selector_destroy(selector);
            return NULL;
        }
        term = next;
    }
    return selector;
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; at != NULL && *at != '\0'; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, word, length) == 0 && (at[length] == ' ' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* Kinds that have selectable fields of their own, and so their own words for a wrong one. */
static bool has_own_fields(const char *plural)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (has_word(fields[i].kinds, plural))
            return true;
    }
    return false;
}

int selector_check_fields(const struct selector *selector, const struct resource *resource, struct status *status)
{
    for (size_t i = 0; i < selector->count; i++) {
        const char *key = selector->requirements[i].key;
        int index = find_field(key);
        if (index >= 0 && (fields[index].kinds[0] == '\0' || has_word(fields[index].kinds, resource->plural)))
            continue;
        if (has_own_fields(resource->plural))
            return status_set(status, 400, "BadRequest", "field label not supported: %s", key);
        return status_set(status, 400, "BadRequest",
                          "\"%s\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", key);
    }
    return 0;
}
