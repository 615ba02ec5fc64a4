/* metrics.k8s.io/v1beta1: usage of pods and nodes, as metrics-server serves it. */
#include <stdio.h>
#include <string.h>

#include "cluster/api/representation.h"
#include "cluster/api/selection.h"

#define METRICS_VERSION "metrics.k8s.io/v1beta1"

/* One of the two resources of the group. */
struct metrics_kind {
    enum resource_id of;
    const char *kind;
    const char *singular; /* as metrics-server names it in errors */
    const struct table_format *table;
};

static const struct metrics_kind pod_kind = {RESOURCE_PODS, "PodMetrics", "podmetrics", &table_of_pod_metrics};
static const struct metrics_kind node_kind = {RESOURCE_NODES, "NodeMetrics", "nodemetrics", &table_of_node_metrics};

/* Gives an entry the labels of what it is about; false when that is gone. */
static bool complete(struct front *front, const struct metrics_kind *kind, cJSON *entry)
{
    cJSON *metadata = json_object_at(entry, "metadata");
    AUTO_OBJECT struct object *object =
        store_get(registry_store(front->registry), kind->of, json_text(json_get(metadata, "namespace"), ""),
                  json_text(json_get(metadata, "name"), ""));
    if (object == NULL)
        return false;
    const cJSON *labels = json_get(object_tree(object), "metadata", "labels");
    if (labels != NULL)
        json_set(metadata, "labels", json_copy(labels));
    json_remove(entry, "kind");
    json_remove(entry, "apiVersion");
    return true;
}

/* The entries that are there and match; the caller deletes the array. */
static cJSON *collect(struct front *front, const struct metrics_kind *kind, const char *namespace,
                      const struct selection *selection, struct status *status)
{
    const struct node_interface *node = &front->node;
    cJSON *all = kind->of == RESOURCE_PODS ? node->pod_metrics(node->metrics, namespace, status)
                                           : node->node_metrics(node->metrics, status);
    if (all == NULL)
        return NULL;
    cJSON *kept = cJSON_CreateArray();
    while (all->child != NULL) {
        cJSON *entry = cJSON_DetachItemViaPointer(all, all->child);
        bool wanted = complete(front, kind, entry) && selection_matches(selection, entry);
        if (wanted)
            cJSON_AddItemToArray(kept, entry);
        else
            cJSON_Delete(entry);
    }
    cJSON_Delete(all);
    return kept;
}

static void answer_entries(const struct metrics_kind *kind, const struct representation *representation, cJSON *entries_take,
                           struct answer *answer)
{
    if (representation->table == NULL) {
        AUTO_JSON cJSON *list = cJSON_CreateObject();
        AUTO_FREE char *list_kind = memory_format("%sList", kind->kind);
        json_set_text(list, "kind", list_kind);
        json_set_text(list, "apiVersion", METRICS_VERSION);
        json_object_at(list, "metadata");
        json_set(list, "items", entries_take);
        answer_tree(answer, 200, list);
        return;
    }
    const cJSON *entry;
    bool first = true;
    table_begin(&answer->body, representation->table, "{}", true);
    cJSON_ArrayForEach (entry, entries_take) {
        table_row(&answer->body, representation->table, entry, representation->include, 0, first);
        first = false;
    }
    table_end(&answer->body);
    cJSON_Delete(entries_take);
}

static void answer_entry(const struct metrics_kind *kind, const struct representation *representation, const char *namespace,
                         const char *name, const cJSON *entries, struct answer *answer)
{
    const cJSON *entry;
    cJSON_ArrayForEach (entry, entries) {
        if (strcmp(json_text(json_get(entry, "metadata", "name"), ""), name) != 0)
            continue;
        AUTO_JSON cJSON *tree = cJSON_CreateObject();
        const cJSON *member;
        json_set_text(tree, "kind", kind->kind);
        json_set_text(tree, "apiVersion", METRICS_VERSION);
        cJSON_ArrayForEach (member, entry) {
            json_set(tree, member->string, json_copy(member));
        }
        represent_tree(representation, tree, answer, 200);
        return;
    }
    AUTO_STATUS struct status status = {0};
    AUTO_FREE char *full = namespace[0] != '\0' ? memory_format("%s/%s", namespace, name) : memory_copy_text(name);
    status_set(&status, 404, "NotFound", "%s.metrics.k8s.io \"%s\" not found", kind->singular, full);
    status_set_details(&status, full, "metrics.k8s.io", kind->singular);
    answer_status(answer, &status);
}

static void answer_metrics(struct front *front, const struct metrics_kind *kind, const char *namespace, const char *name,
                           const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_SELECTION struct selection selection = {0};
    if (!representation_choose(request, kind->table, &representation, answer))
        return;
    if (selection_open(request, NULL, &selection, &status) != 0) {
        answer_status(answer, &status);
        return;
    }
    cJSON *entries = collect(front, kind, namespace, &selection, &status);
    if (entries == NULL) {
        answer_status(answer, &status);
    } else if (name == NULL) {
        answer_entries(kind, &representation, entries, answer);
    } else {
        answer_entry(kind, &representation, namespace, name, entries, answer);
        cJSON_Delete(entries);
    }
}

void metrics_get(struct front *front, const struct http_request *request, struct answer *answer)
{
    char *const *segments = request->segments + 3;
    size_t count = request->segment_count - 3;
    const char *namespace = "";
    if (count >= 3 && strcmp(segments[0], "namespaces") == 0) {
        namespace = segments[1];
        segments += 2;
        count -= 2;
    }
    bool pods = strcmp(segments[0], "pods") == 0;
    bool nodes = strcmp(segments[0], "nodes") == 0;
    const char *name = count > 1 ? segments[1] : NULL;
    bool served = pods ? front->node.pod_metrics != NULL && (name == NULL || namespace[0] != '\0')
                       : nodes && front->node.node_metrics != NULL && namespace[0] == '\0';
    if (!served || count > 2)
        answer_no_such_resource(answer);
    else if (strcmp(request->method, "GET") != 0 || http_request_flag(request, "watch"))
        answer_method_not_allowed(answer);
    else
        answer_metrics(front, pods ? &pod_kind : &node_kind, namespace, name, request, answer);
}
