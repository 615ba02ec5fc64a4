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
} fields[] = {
    {"metadata.name", {"metadata", "name"}, ""},
    {"metadata.namespace", {"metadata", "namespace"}, ""},
    {"name", {"metadata", "name"}, ""},
    {"spec.nodeName", {"spec", "nodeName"}, ""},
    {"spec.restartPolicy", {"spec", "restartPolicy"}, ""},
    {"spec.schedulerName", {"spec", "schedulerName"}, ""},
    {"spec.serviceAccountName", {"spec", "serviceAccountName"}, ""},
    {"spec.hostNetwork", {"spec", "hostNetwork"}, "false"},
    {"spec.unschedulable", {"spec", "unschedulable"}, "false"},
    {"spec.clusterIP", {"spec", "clusterIP"}, ""},
    {"spec.type", {"spec", "type"}, ""},
    {"status.phase", {"status", "phase"}, ""},
    {"status.podIP", {"status", "podIP"}, ""},
    {"status.nominatedNodeName", {"status", "nominatedNodeName"}, ""},
    {"involvedObject.kind", {"involvedObject", "kind"}, ""},
    {"involvedObject.namespace", {"involvedObject", "namespace"}, ""},
    {"involvedObject.name", {"involvedObject", "name"}, ""},
    {"involvedObject.uid", {"involvedObject", "uid"}, ""},
    {"involvedObject.apiVersion", {"involvedObject", "apiVersion"}, ""},
    {"involvedObject.resourceVersion", {"involvedObject", "resourceVersion"}, ""},
    {"involvedObject.fieldPath", {"involvedObject", "fieldPath"}, ""},
    {"reason", {"reason"}, ""},
    {"reportingComponent", {"reportingComponent"}, ""},
    {"source", {"source", "component"}, ""},
    {"type", {"type"}, ""},
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
    if (find_field(term) < 0)
        return status_set(status, 400, "BadRequest", "field label not supported: %s", term);
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
