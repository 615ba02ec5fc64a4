/*
 * Names and labels, with Kubernetes's words for what is wrong with them. Each function returns NULL when the text is
 * fine, else a message that lives as long as the program.
 */
#ifndef CLUSTER_API_NAMES_H
#define CLUSTER_API_NAMES_H

#include <stdbool.h>

#include "cluster/api/problem.h"

#define NAME_LABEL_MAXIMUM 63
#define NAME_SUBDOMAIN_MAXIMUM 253

const char *name_label_problem(const char *text);     /* RFC 1123 label: at most 63, a-z 0-9 - */
const char *name_subdomain_problem(const char *text); /* RFC 1123 subdomain: at most 253, dots too */
const char *name_service_problem(const char *text);   /* RFC 1035 label: starts with a letter */
const char *name_port_problem(const char *text);      /* IANA service name: at most 15 */
const char *name_environment_problem(const char *text);
const char *name_configuration_key_problem(const char *text);
const char *name_label_value_problem(const char *text);
const char *name_path_segment_problem(const char *text);

/* A qualified name such as "example.com/app": label keys, annotation keys, finalizers, resource names. Adds one problem
 * for each fault, with the text as the value. */
void name_check_qualified(struct problems *problems, const struct field_path *path, const char *text);
bool name_is_qualified(const char *text);

/* Keys and values of a label map. */
void name_check_labels(struct problems *problems, const struct field_path *path, const cJSON *labels);

#endif
