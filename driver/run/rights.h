/*
 * What a lesson in a namespace that exists needs to be allowed there, as Kubernetes's RBAC objects.
 */
#ifndef DRIVER_RUN_RIGHTS_H
#define DRIVER_RUN_RIGHTS_H

#include "common/buffer.h"
#include "driver/lesson/lesson.h"

/* Appends YAML: a ServiceAccount, a Role and a RoleBinding, all of this name, in the lesson's namespace. Each rule is used. */
void rights_write(const struct lesson *lesson, const char *name, struct buffer *yaml);

#endif
