/*
 * Label selectors (the `labelSelector` of a request, `matchLabels`/`matchExpressions` of objects) and field selectors
 * (metadata.name, metadata.namespace, status.phase, spec.nodeName, involvedObject.*, type, reason).
 */
#ifndef CLUSTER_API_SELECTOR_H
#define CLUSTER_API_SELECTOR_H

#include <stdbool.h>

#include "cluster/api/resource.h"
#include "cluster/api/status.h"
#include "common/json.h"

struct selector;

/* From a request's text ("app=web,tier in (a,b),!x"); "" selects everything. NULL with a 400 Status. */
struct selector *selector_parse_labels(const char *text, struct status *status);
struct selector *selector_parse_fields(const char *text, struct status *status);

/* Whether this kind has the fields that a field selector names; -1 with a 400 Status. */
int selector_check_fields(const struct selector *selector, const struct resource *resource, struct status *status);

/* From a LabelSelector object (Deployment.spec.selector), or from a plain map (Service.spec.selector). */
struct selector *selector_from_label_selector(const cJSON *label_selector);
struct selector *selector_from_map(const cJSON *map);

void selector_destroy(struct selector *selector);
void selector_destroy_pointer(struct selector **selector);
#define AUTO_SELECTOR __attribute__((cleanup(selector_destroy_pointer)))

/* Label selectors look at metadata.labels, field selectors at the fields of the object's tree. NULL matches all. */
bool selector_matches(const struct selector *selector, const cJSON *object);

/* Label selector as text, sorted, as the Scale subresource shows it; the caller frees it. */
char *selector_to_text(const struct selector *selector);

#endif
