/*
 * The Kubernetes objects of a variant, read from YAML files and folders.
 */
#ifndef DRIVER_RUN_MANIFESTS_H
#define DRIVER_RUN_MANIFESTS_H

#include "common/json.h"
#include "driver/lesson/lesson.h"

struct manifests {
    size_t count;
    cJSON **objects;
};

/* Reads every document. A folder means the resources of its kustomization.yaml, in their order, as `kubectl apply -k` has it;
 * without one, its *.yaml and *.yml files in order of name. Errors name file and line. Release with manifests_release. */
int manifests_read(const struct text_list *paths, struct manifests *manifests, struct error *error);
void manifests_release(struct manifests *manifests);
#define AUTO_MANIFESTS CLEANUP(manifests_release)

#endif
