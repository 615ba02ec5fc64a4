/*
 * The labels of everything that a run makes, by which `hpalab clean` finds what a run that was killed has left.
 */
#ifndef DRIVER_RUN_LABELS_H
#define DRIVER_RUN_LABELS_H

#include "common/json.h"
#include "driver/run/variant_state.h"

#define LABEL_SIZE 64 /* of a value, with its NUL, as Kubernetes has it */

/* The value of a run's label: the name of its folder, as far as a label can hold it, and a random end, so that no two are alike.
 */
void labels_name_run(const char *folder, char label[LABEL_SIZE]);

/* Adds the labels to an object, and to the pods that it is a template of (of apps and batch). */
void labels_add(cJSON *object, const char *lesson, const char *run);

/* Applies a copy of the object with the labels in the variant's namespace; one that would be outside of it is refused. */
int labels_apply(const struct variant_state *state, const cJSON *object, struct error *error);

#endif
