/*
 * kustomization.yaml of a folder of manifests: what `kubectl apply -k` would take, so that both take the same. Only
 * `resources` is understood; anything that would change objects is refused.
 */
#ifndef DRIVER_RUN_KUSTOMIZATION_H
#define DRIVER_RUN_KUSTOMIZATION_H

#include "common/error.h"
#include "driver/lesson/lesson.h"

/* The resources of a folder's kustomization: files and folders, as paths from here. 1 when it has one; 0 when it has none, -1
 * with file, line and column when there is something wrong with it. The caller releases the list with kustomization_release. */
int kustomization_read(const char *folder, struct text_list *resources, struct error *error);
void kustomization_release(struct text_list *resources);

#endif
