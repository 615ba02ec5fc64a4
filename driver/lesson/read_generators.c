#include "driver/lesson/read_generators.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/quantity.h"

#define MOST_ENTRIES 100
#define HIGHEST_WEIGHT 100000
#define LONGEST_TTL (7 * 24 * 3600 * NANOSECONDS_PER_SECOND)
#define LOWEST_PORT 1024 /* the program runs as an ordinary user */
#define OWN_PREFIX "hpalab/"

/* Replaces *tree by the node as the API reads it. */
static void take_tree(const struct yaml_node *node, cJSON **tree)
{
    cJSON_Delete(*tree);
    *tree = yaml_to_json(node);
}

static int check_quantities(const struct field_reader *reader, const struct yaml_node *resources, const char *key)
{
    const struct yaml_node *amounts = NULL;
    if (field_member(reader, resources, key, YAML_MAPPING, false, &amounts) < 0)
        return -1;
    for (size_t i = 0; amounts != NULL && i < amounts->count; i++) {
        const struct yaml_node *value = amounts->values[i];
        struct quantity quantity;
        if (value->kind != YAML_SCALAR || quantity_parse(value->text, &quantity, NULL) < 0 || quantity.nano < 0)
            return field_error(reader, value, "%s: expected a quantity such as 200m or 128Mi", key);
    }
    return 0;
}

/* What is limited needs at least as much as is requested; the API would only say so when the generators are made. */
static int check_limits(const struct field_reader *reader, const struct yaml_node *resources)
{
    const struct yaml_node *limits = yaml_get(resources, "limits");
    for (size_t i = 0; limits != NULL && i < limits->count; i++) {
        const struct yaml_node *request = yaml_get(yaml_get(resources, "requests"), limits->keys[i]->text);
        struct quantity limit;
        struct quantity requested;
        if (request == NULL || quantity_parse(limits->values[i]->text, &limit, NULL) < 0 ||
            quantity_parse(request->text, &requested, NULL) < 0 || requested.nano <= limit.nano)
            continue;
        return field_error(reader, limits->values[i], "limits: %s is below the request of %s", limits->keys[i]->text,
                           request->text);
    }
    return 0;
}

static int read_resources(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const known[] = {"requests", "limits", NULL};
    const struct yaml_node *resources = NULL;
    if (field_member(reader, node, "resources", YAML_MAPPING, false, &resources) < 0)
        return -1;
    if (resources == NULL)
        return 0;
    if (field_mapping(reader, resources, "resources", known) < 0 || check_quantities(reader, resources, "requests") < 0 ||
        check_quantities(reader, resources, "limits") < 0 || check_limits(reader, resources) < 0)
        return -1;
    take_tree(resources, &generators->resources);
    return 0;
}

/* A mapping from texts to texts. Values are texts, however they are written: 1 is "1". */
static int read_texts(const struct field_reader *reader, const struct yaml_node *node, const char *key, cJSON **tree)
{
    const struct yaml_node *texts = NULL;
    if (field_member(reader, node, key, YAML_MAPPING, false, &texts) < 0)
        return -1;
    if (texts == NULL)
        return 0;
    if (texts->count > MOST_ENTRIES)
        return field_error(reader, texts, "%s: expected at most %d entries", key, MOST_ENTRIES);
    cJSON_Delete(*tree);
    *tree = cJSON_CreateObject();
    for (size_t i = 0; i < texts->count; i++) {
        const struct yaml_node *value = texts->values[i];
        if (value->kind != YAML_SCALAR)
            return field_error(reader, value, "%s: expected a text", key);
        if (strncmp(texts->keys[i]->text, OWN_PREFIX, strlen(OWN_PREFIX)) == 0)
            return field_error(reader, texts->keys[i], "%s: names that begin with \"" OWN_PREFIX "\" are the driver's own", key);
        json_set_text(*tree, texts->keys[i]->text, value->text);
    }
    return 0;
}

static int read_mapping(const struct field_reader *reader, const struct yaml_node *node, const char *key,
                        const char *const *known, cJSON **tree)
{
    const struct yaml_node *mapping = NULL;
    if (field_member(reader, node, key, YAML_MAPPING, false, &mapping) < 0)
        return -1;
    if (mapping == NULL)
        return 0;
    if (field_mapping(reader, mapping, key, known) < 0)
        return -1;
    take_tree(mapping, tree);
    return 0;
}

/* A list of mappings with these fields. *list is NULL when there is none. */
static int read_list(const struct field_reader *reader, const struct yaml_node *node, const char *key, const char *const *known,
                     const struct yaml_node **list, cJSON **tree)
{
    if (field_member(reader, node, key, YAML_SEQUENCE, false, list) < 0)
        return -1;
    if (*list == NULL)
        return 0;
    if ((*list)->count > MOST_ENTRIES)
        return field_error(reader, *list, "%s: expected at most %d entries", key, MOST_ENTRIES);
    for (size_t i = 0; i < (*list)->count; i++)
        if (field_mapping(reader, (*list)->values[i], key, known) < 0)
            return -1;
    take_tree(*list, tree);
    return 0;
}

/* As in a container: a value is a text, so that 1 is written "1". */
static int read_env(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const known[] = {"name", "value", "valueFrom", NULL};
    const struct yaml_node *list = NULL;
    if (read_list(reader, node, "env", known, &list, &generators->env) < 0)
        return -1;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const struct yaml_node *entry = list->values[i];
        const struct yaml_node *value = yaml_get(entry, "value");
        AUTO_FREE char *name = NULL;
        if (field_text(reader, entry, "name", true, &name) < 0)
            return -1;
        if ((value != NULL) == (yaml_get(entry, "valueFrom") != NULL))
            return field_error(reader, entry, "env: expected either \"value\" or \"valueFrom\"");
        if (value != NULL && !cJSON_IsString(json_get(cJSON_GetArrayItem(generators->env, (int)i), "value")))
            return field_error(reader, value, "value: expected a text (in quotes when it is a number or a word such as true)");
        if (strncmp(name, "HPALAB_", strlen("HPALAB_")) == 0)
            return field_error(reader, yaml_get(entry, "name"), "name: names that begin with HPALAB_ are the driver's own");
    }
    return 0;
}

static int read_tolerations(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const known[] = {"key", "operator", "value", "effect", "tolerationSeconds", NULL};
    static const char *const operators[] = {"Exists", "Equal", "Lt", "Gt", NULL};
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
    const struct yaml_node *list = NULL;
    int word = 0;
    if (read_list(reader, node, "tolerations", known, &list, &generators->tolerations) < 0)
        return -1;
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (field_word(reader, list->values[i], "operator", false, operators, &word) < 0 ||
            field_word(reader, list->values[i], "effect", false, effects, &word) < 0)
            return -1;
    return 0;
}

static int read_spread(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const known[] = {"maxSkew",          "topologyKey",    "whenUnsatisfiable",
                                        "labelSelector",    "minDomains",     "nodeAffinityPolicy",
                                        "nodeTaintsPolicy", "matchLabelKeys", NULL};
    static const char *const otherwise[] = {"DoNotSchedule", "ScheduleAnyway", NULL};
    const struct yaml_node *list = NULL;
    int word = 0;
    int skew = 1;
    if (read_list(reader, node, "topologySpreadConstraints", known, &list, &generators->spread) < 0)
        return -1;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        AUTO_FREE char *topology = NULL;
        if (field_integer(reader, list->values[i], "maxSkew", true, 1, FLEET_MOST_GENERATORS, &skew) < 0 ||
            field_text(reader, list->values[i], "topologyKey", true, &topology) < 0 ||
            field_word(reader, list->values[i], "whenUnsatisfiable", true, otherwise, &word) < 0)
            return -1;
    }
    return 0;
}

static int read_placement(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const affinities[] = {"nodeAffinity", "podAffinity", "podAntiAffinity", NULL};
    if (read_texts(reader, node, "nodeSelector", &generators->node_selector) < 0 ||
        read_mapping(reader, node, "affinity", affinities, &generators->affinity) < 0 ||
        read_tolerations(reader, node, generators) < 0 || read_spread(reader, node, generators) < 0)
        return -1;
    return field_text(reader, node, "priorityClassName", false, &generators->priority_class);
}

static int read_boolean(const struct field_reader *reader, const struct yaml_node *node, const char *key, bool *value)
{
    static const char *const words[] = {"false", "true", NULL};
    int word = *value;
    if (field_word(reader, node, key, false, words, &word) < 0)
        return -1;
    *value = word != 0;
    return 0;
}

static int read_weights(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    const struct yaml_node *list = NULL;
    uint64_t sum = 0;
    if (field_member(reader, node, "weights", YAML_SEQUENCE, false, &list) < 0)
        return -1;
    if (list == NULL)
        return 0;
    if (list->count == 0 || list->count > FLEET_MOST_GENERATORS)
        return field_error(reader, list, "weights: expected 1 to %d of them", FLEET_MOST_GENERATORS);
    generators->weights = memory_resize(generators->weights, list->count, sizeof *generators->weights);
    generators->weight_count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *value = list->values[i];
        char *end = NULL;
        unsigned long weight = value->kind == YAML_SCALAR ? strtoul(value->text, &end, 10) : 0;
        if (end == NULL || end == value->text || *end != '\0' || value->text[0] == '-' || weight > HIGHEST_WEIGHT)
            return field_error(reader, value, "weights: expected a whole number from 0 to %d", HIGHEST_WEIGHT);
        generators->weights[i] = (uint32_t)weight;
        sum += weight;
    }
    return sum > 0 && sum <= HIGHEST_WEIGHT ? 0
                                            : field_error(reader, list, "weights: expected a sum from 1 to %d, not %llu",
                                                          HIGHEST_WEIGHT, (unsigned long long)sum);
}

/* A list of weights says how many generators there are; where both are said they must agree. A variant that says only how many
 * there are has equal shares. */
static int check_count(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    const struct yaml_node *weights = yaml_get(node, "weights");
    const struct yaml_node *parallelism = yaml_get(node, "parallelism");
    if (weights == NULL && parallelism != NULL)
        generators->weight_count = 0;
    if (weights != NULL && parallelism == NULL)
        generators->parallelism = (int)generators->weight_count;
    if (generators->weight_count == 0 || (size_t)generators->parallelism == generators->weight_count)
        return 0;
    return field_error(reader, weights, "weights: there are %zu of them for %d generators (parallelism)",
                       generators->weight_count, generators->parallelism);
}

/* What a Deployment's generators cannot have, and what those in this process cannot. */
static int check_together(const struct field_reader *reader, const struct yaml_node *node, const struct fleet_spec *generators)
{
    if (generators->kind == FLEET_DEPLOYMENT && generators->weight_count > 0)
        return field_error(reader, node, "generators: those of a Deployment come and go, so they have no weights");
    if (generators->where == FLEET_DRIVER && (generators->parallelism > 1 || generators->kind == FLEET_DEPLOYMENT))
        return field_error(reader, node, "generators: the driver is one generator; expected where: cluster or auto");
    return 0;
}

static int read_kind(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const places[] = {"auto", "driver", "cluster", NULL};
    static const char *const kinds[] = {"Job", "Deployment", NULL};
    int where = (int)generators->where;
    int kind = (int)generators->kind;
    if (field_word(reader, node, "where", false, places, &where) < 0 || field_word(reader, node, "kind", false, kinds, &kind) < 0)
        return -1;
    generators->where = (enum fleet_where)where;
    generators->kind = (enum fleet_kind)kind;
    return 0;
}

static int read_end(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const words[] = {"post", "none", NULL};
    int word = generators->keep_job;
    if (field_word(reader, node, "cleanup", false, words, &word) < 0)
        return -1;
    generators->keep_job = word != 0;
    return field_duration(reader, node, "ttl", false, 0, LONGEST_TTL, &generators->ttl);
}

static int read_program(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const policies[] = {"Always", "IfNotPresent", "Never", NULL};
    int port = generators->port;
    int word = 0;
    if (field_integer(reader, node, "port", false, LOWEST_PORT, UINT16_MAX, &port) < 0 ||
        field_word(reader, node, "imagePullPolicy", false, policies, &word) < 0 ||
        field_text(reader, node, "imagePullPolicy", false, &generators->pull_policy) < 0 ||
        field_text(reader, node, "image", false, &generators->image) < 0 ||
        field_text(reader, node, "serviceAccountName", false, &generators->service_account) < 0 ||
        read_resources(reader, node, generators) < 0)
        return -1;
    generators->port = (uint16_t)port;
    return read_env(reader, node, generators);
}

static int read_fields(const struct field_reader *reader, const struct yaml_node *node, struct fleet_spec *generators)
{
    static const char *const known[] = {"parallelism",
                                        "separate",
                                        "weights",
                                        "where",
                                        "kind",
                                        "resources",
                                        "labels",
                                        "annotations",
                                        "env",
                                        "nodeSelector",
                                        "affinity",
                                        "tolerations",
                                        "port",
                                        "priorityClassName",
                                        "image",
                                        "imagePullPolicy",
                                        "cleanup",
                                        "ttl",
                                        "serviceAccountName",
                                        "topologySpreadConstraints",
                                        NULL};
    if (field_mapping(reader, node, "generators", known) < 0 || read_kind(reader, node, generators) < 0 ||
        field_integer(reader, node, "parallelism", false, 1, FLEET_MOST_GENERATORS, &generators->parallelism) < 0 ||
        read_weights(reader, node, generators) < 0 || check_count(reader, node, generators) < 0 ||
        check_together(reader, node, generators) < 0 || read_boolean(reader, node, "separate", &generators->separate) < 0 ||
        read_texts(reader, node, "labels", &generators->labels) < 0 ||
        read_texts(reader, node, "annotations", &generators->annotations) < 0 || read_program(reader, node, generators) < 0 ||
        read_placement(reader, node, generators) < 0)
        return -1;
    return read_end(reader, node, generators);
}

int lesson_read_generators(const struct lesson_source *source, const struct yaml_node *variant, struct fleet_spec *generators)
{
    const struct yaml_node *of_lesson = yaml_get(source_holder(source, "generators"), "generators");
    const struct yaml_node *of_variant = yaml_get(variant, "generators");
    if (of_lesson != NULL && read_fields(&source->reader, of_lesson, generators) < 0)
        return -1;
    return of_variant != NULL ? read_fields(&source->reader, of_variant, generators) : 0;
}
