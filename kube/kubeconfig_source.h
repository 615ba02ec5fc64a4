/*
 * The files that a kubeconfig is merged of, and reading their fields with errors that name file, line and field.
 */
#ifndef KUBE_KUBECONFIG_SOURCE_H
#define KUBE_KUBECONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/yaml.h"
#include "kube/kubeconfig.h"

struct kubeconfig_source {
    char *path;
    struct yaml_documents documents;
    const struct yaml_node *root; /* NULL: an empty file */
};

struct kubeconfig_sources {
    struct kubeconfig_source files[KUBECONFIG_MAXIMUM_FILES];
    size_t count;
    char *names; /* the files for error texts, "a, b" */
};

/* One named entry of a list: "clusters", "kind-lab" and its member "cluster". Borrows from the sources. */
struct kubeconfig_entry {
    const struct kubeconfig_source *source;
    const struct yaml_node *body; /* the member's mapping */
    const char *list;
    const char *name;
    const char *member;
};

/* Whether there is a file to read when none is named: $KUBECONFIG is set, or ~/.kube/config exists. */
bool kubeconfig_has_default(void);

/* path NULL: $KUBECONFIG, else ~/.kube/config. Files of the list that do not exist are passed over. */
int kubeconfig_sources_read(const char *path, struct kubeconfig_sources *sources, struct error *error);
void kubeconfig_sources_release(struct kubeconfig_sources *sources); /* harmless on a zeroed struct */

/* The value of a text at the top level in the first file that sets it; NULL when none does. */
int kubeconfig_top_text(const struct kubeconfig_sources *sources, const char *key, const char **value, struct error *error);

/* The first entry of that name; -1 with an error that lists the names that are there. */
int kubeconfig_find(const struct kubeconfig_sources *sources, const char *list, const char *member, const char *name,
                    struct kubeconfig_entry *entry, struct error *error);

/* A field's text (NULL when absent, null or ""), or an error when it is no scalar. */
int kubeconfig_text(const struct kubeconfig_entry *entry, const char *key, const char **value, struct error *error);
int kubeconfig_boolean(const struct kubeconfig_entry *entry, const char *key, bool *value, struct error *error);

/* PATH:LINE: clusters["x"].cluster.KEY: what. Always -1. */
int kubeconfig_field_error(const struct kubeconfig_entry *entry, const char *key, struct error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A copy of a field's text, which the caller frees; NULL as above. */
int kubeconfig_copy(const struct kubeconfig_entry *entry, const char *key, char **value, struct error *error);

/* Absent or null, which is the same in a kubeconfig: kubectl writes null where there is nothing. */
bool kubeconfig_is_null(const struct yaml_node *node);

/* A field's list; NULL when absent or null. */
int kubeconfig_list(const struct kubeconfig_entry *entry, const char *key, const struct yaml_node **list, struct error *error);

/* PEM that is inline in KEY-data or in the file that KEY names (kubectl takes no entry with both), which the caller frees;
 * NULL when there is neither. marker is what must be in it. */
int kubeconfig_pem(const struct kubeconfig_entry *entry, const char *key, const char *marker, char **pem, struct error *error);

/* False when a header would be split or cut by the text. */
bool kubeconfig_fits_header(const char *text);

/* The content of a file that a field names, relative to the kubeconfig's folder; NULL with errno set. */
char *kubeconfig_read_file(const struct kubeconfig_source *source, const char *path);

/* path, or path within the folder of the kubeconfig when it is relative; the caller frees. */
char *kubeconfig_resolve(const struct kubeconfig_source *source, const char *path);

/* A whole file of at most KUBECONFIG_MAXIMUM_SIZE bytes; NULL with errno set. The caller frees. */
char *kubeconfig_slurp(const char *path, size_t *length);

#endif
