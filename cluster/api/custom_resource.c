#include "cluster/api/custom_resource.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/version.h"
#include "common/log.h"
#include "common/memory.h"

struct definition {
    struct definition *older; /* replaced ones are kept */
    cJSON *spec;
    struct custom_version *versions;
    size_t version_count;
    size_t stored;
};

/* One name; its number is the id beyond RESOURCE_CUSTOM. */
struct slot {
    char *name;
    struct definition *definition;
    bool defined; /* false after its deletion */
};

static struct {
    pthread_mutex_t lock;
    struct slot slots[CUSTOM_RESOURCES_MAXIMUM];
    size_t count;
    size_t bytes;
} catalogue = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fill_texts(const char **texts, size_t room, const cJSON *array)
{
    size_t count = 0;
    const cJSON *text = NULL;
    cJSON_ArrayForEach (text, array) {
        if (count < room)
            texts[count++] = json_text(text, "");
    }
}

static void fill_subresources(struct custom_version *version, const cJSON *subresources)
{
    const cJSON *scale = json_get(subresources, "scale");
    version->resource.has_status = cJSON_IsObject(json_get(subresources, "status"));
    version->resource.has_scale = cJSON_IsObject(scale);
    version->scale = (struct scale_paths){.wanted = json_text(json_get(scale, "specReplicasPath"), NULL),
                                          .current = json_text(json_get(scale, "statusReplicasPath"), NULL),
                                          .selector = json_text(json_get(scale, "labelSelectorPath"), NULL)};
}

/* Objects of all versions have the same members (strategy None). */
static void keep_members(cJSON *tree)
{
    (void)tree;
}

static const struct conversion same_members = {&schema_custom, keep_members, keep_members};

static void fill_version(struct custom_version *version, enum resource_id id, const cJSON *spec, const cJSON *entry)
{
    const cJSON *names = json_get(spec, "names");
    struct resource *resource = &version->resource;
    *resource = (struct resource){.id = id,
                                  .group = json_text(json_get(spec, "group"), ""),
                                  .version = json_text(json_get(entry, "name"), ""),
                                  .plural = json_text(json_get(names, "plural"), ""),
                                  .singular = json_text(json_get(names, "singular"), ""),
                                  .kind = json_text(json_get(names, "kind"), ""),
                                  .namespaced = strcmp(json_text(json_get(spec, "scope"), ""), "Namespaced") == 0,
                                  .custom = version};
    if (cJSON_GetArraySize(json_get(spec, "versions")) > 1)
        resource->conversion = &same_members;
    fill_texts(resource->short_names, sizeof resource->short_names / sizeof(char *), json_get(names, "shortNames"));
    fill_texts(resource->categories, sizeof resource->categories / sizeof(char *), json_get(names, "categories"));
    fill_subresources(version, json_get(entry, "subresources"));
    version->served = json_boolean(json_get(entry, "served"), false);
    version->schema = json_get(entry, "schema", "openAPIV3Schema");
    version->columns = json_get(entry, "additionalPrinterColumns");
    custom_table_prepare(version);
}

static struct definition *definition_make(enum resource_id id, const cJSON *spec)
{
    struct definition *definition = memory_allocate(1, sizeof *definition);
    definition->spec = json_copy(spec);
    const cJSON *entries = json_get(definition->spec, "versions");
    definition->versions = memory_allocate((size_t)cJSON_GetArraySize(entries) + 1, sizeof *definition->versions);
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        if (json_boolean(json_get(entry, "storage"), false))
            definition->stored = definition->version_count;
        fill_version(&definition->versions[definition->version_count++], id, definition->spec, entry);
    }
    return definition;
}

static void definition_destroy(struct definition *definition)
{
    while (definition != NULL) {
        struct definition *older = definition->older;
        for (size_t i = 0; i < definition->version_count; i++)
            free(definition->versions[i].table_columns);
        cJSON_Delete(definition->spec);
        free(definition->versions);
        free(definition);
        definition = older;
    }
}

/* The lock is held. */
static struct slot *find_slot(const char *name)
{
    for (size_t i = 0; i < catalogue.count; i++) {
        if (strcmp(catalogue.slots[i].name, name) == 0)
            return &catalogue.slots[i];
    }
    return NULL;
}

static size_t size_of(const cJSON *definition)
{
    AUTO_FREE char *text = json_print(json_get(definition, "spec"));
    return strlen(text);
}

const char *custom_resources_refusal(const cJSON *definition)
{
    const char *name = json_text(json_get(definition, "metadata", "name"), "");
    size_t size = size_of(definition);
    const char *refusal = NULL;
    pthread_mutex_lock(&catalogue.lock);
    if (find_slot(name) == NULL && catalogue.count == CUSTOM_RESOURCES_MAXIMUM)
        refusal = "this cluster has taken as many names of custom resources as it can";
    else if (catalogue.bytes + size > CUSTOM_RESOURCES_BYTES)
        refusal = "this cluster has taken as many definitions of custom resources as it can";
    pthread_mutex_unlock(&catalogue.lock);
    return refusal;
}

/* The lock is held. */
static void define(const cJSON *tree)
{
    const char *name = json_text(json_get(tree, "metadata", "name"), "");
    const cJSON *spec = json_get(tree, "spec");
    struct slot *slot = find_slot(name);
    if (slot != NULL && slot->defined && json_equal(slot->definition->spec, spec))
        return;
    if (slot == NULL && catalogue.count == CUSTOM_RESOURCES_MAXIMUM) {
        log_error("api", "no room for the custom resource %s", name);
        return;
    }
    if (slot == NULL) {
        slot = &catalogue.slots[catalogue.count++];
        slot->name = memory_copy_text(name);
    }
    enum resource_id id = (enum resource_id)(RESOURCE_CUSTOM + (slot - catalogue.slots));
    struct definition *definition = definition_make(id, spec);
    definition->older = slot->definition;
    slot->definition = definition;
    slot->defined = true;
    catalogue.bytes += size_of(tree);
}

static void follow(const struct object *object, bool removed)
{
    pthread_mutex_lock(&catalogue.lock);
    struct slot *slot = find_slot(object_name(object));
    if (!removed)
        define(object_tree(object));
    else if (slot != NULL)
        slot->defined = false;
    pthread_mutex_unlock(&catalogue.lock);
}

void custom_resources_open(struct store *store)
{
    store_follow(store, RESOURCE_CUSTOMRESOURCEDEFINITIONS, follow);
}

void custom_resources_close(void)
{
    pthread_mutex_lock(&catalogue.lock);
    for (size_t i = 0; i < catalogue.count; i++) {
        free(catalogue.slots[i].name);
        definition_destroy(catalogue.slots[i].definition);
        catalogue.slots[i] = (struct slot){0};
    }
    catalogue.count = 0;
    catalogue.bytes = 0;
    pthread_mutex_unlock(&catalogue.lock);
}

const struct resource *custom_resource_by_id(enum resource_id id)
{
    const struct resource *resource = NULL;
    if (id < RESOURCE_CUSTOM)
        return NULL;
    pthread_mutex_lock(&catalogue.lock);
    size_t index = (size_t)id - RESOURCE_CUSTOM;
    if (index < catalogue.count) {
        const struct definition *definition = catalogue.slots[index].definition;
        resource = &definition->versions[definition->stored].resource;
    }
    pthread_mutex_unlock(&catalogue.lock);
    return resource;
}

const struct resource *custom_resource_served(size_t number)
{
    const struct resource *resource = NULL;
    pthread_mutex_lock(&catalogue.lock);
    for (size_t i = 0; i < catalogue.count && resource == NULL; i++) {
        const struct slot *slot = &catalogue.slots[i];
        for (size_t j = 0; slot->defined && j < slot->definition->version_count && resource == NULL; j++) {
            if (slot->definition->versions[j].served && number-- == 0)
                resource = &slot->definition->versions[j].resource;
        }
    }
    pthread_mutex_unlock(&catalogue.lock);
    return resource;
}

enum resource_id custom_resource_id(const char *definition_name)
{
    pthread_mutex_lock(&catalogue.lock);
    const struct slot *slot = find_slot(definition_name);
    enum resource_id id = slot != NULL ? (enum resource_id)(RESOURCE_CUSTOM + (slot - catalogue.slots)) : RESOURCE_ANY;
    pthread_mutex_unlock(&catalogue.lock);
    return id;
}

const struct custom_version *custom_version_of(const cJSON *object)
{
    const struct custom_version *version = NULL;
    char text[64];
    const char *api_version = json_text(json_get(object, "apiVersion"), "");
    const char *kind = json_text(json_get(object, "kind"), "");
    pthread_mutex_lock(&catalogue.lock);
    for (size_t i = 0; i < catalogue.count && version == NULL; i++) {
        const struct definition *definition = catalogue.slots[i].definition;
        for (size_t j = 0; j < definition->version_count && version == NULL; j++) {
            const struct resource *resource = &definition->versions[j].resource;
            if (strcmp(resource->kind, kind) == 0 && strcmp(resource_api_version(resource, text), api_version) == 0)
                version = &definition->versions[j];
        }
    }
    pthread_mutex_unlock(&catalogue.lock);
    return version;
}
