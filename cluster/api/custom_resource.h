/*
 * The kinds that CustomResourceDefinitions add while the cluster runs: the part of the resource table (resource.h) that
 * changes. Like that table it is one for the process; the registry that is open feeds it from the definitions in its store.
 *
 * A definition's struct resource stays where it is until the registry closes, also after the definition was changed or
 * deleted: requests and watches on their way may hold it. So that this ends somewhere, a cluster takes at most
 * CUSTOM_RESOURCES_MAXIMUM names in its life, and CUSTOM_RESOURCES_BYTES of definitions, changed ones included.
 */
#ifndef CLUSTER_API_CUSTOM_RESOURCE_H
#define CLUSTER_API_CUSTOM_RESOURCE_H

#include "cluster/api/resource.h"
#include "cluster/api/store.h"
#include "cluster/api/table.h"
#include "common/json.h"

#define CUSTOM_RESOURCES_BYTES ((size_t)64 * 1024 * 1024)

/* Where a Scale is in the object; members separated by dots, with a dot in front. NULL: not there. */
struct scale_paths {
    const char *wanted;   /* specReplicasPath */
    const char *current;  /* statusReplicasPath */
    const char *selector; /* labelSelectorPath: a text */
};

/* One version of a custom resource; the texts belong to its definition. */
struct custom_version {
    struct resource resource;
    bool served;
    const cJSON *schema;                /* openAPIV3Schema */
    const cJSON *columns;               /* additionalPrinterColumns; NULL: the age alone */
    struct table_column *table_columns; /* owned */
    struct table_format table;
    struct scale_paths scale;
};

/* Follows the definitions of a store; one store at a time. */
void custom_resources_open(struct store *store);
void custom_resources_close(void);

/* Whether a definition of this name and size can be taken; NULL, or why not. */
const char *custom_resources_refusal(const cJSON *definition);

/* The stored version; NULL when the id was never given. */
const struct resource *custom_resource_by_id(enum resource_id id);
/* Every version that is served now, by a number from 0 on; NULL after the last. */
const struct resource *custom_resource_served(size_t number);

/* The id of a definition's resource ("plural.group"); RESOURCE_ANY when there is none. */
enum resource_id custom_resource_id(const char *definition_name);

/* The version that the object is of, by its apiVersion and kind; NULL when it is no custom resource. */
const struct custom_version *custom_version_of(const cJSON *object);

/* custom_table.c: a cell for each printer column. The table is that of a custom_version. */
void custom_table_prepare(struct custom_version *version);
void custom_add_cells(const struct table_format *table, const cJSON *object, int64_t now, cJSON *cells);

#endif
