/*
 * The user of a kubeconfig's context: tokens, certificates, passwords, programs, and whom to impersonate.
 */
#ifndef KUBE_KUBECONFIG_USER_H
#define KUBE_KUBECONFIG_USER_H

#include "kube/kubeconfig_source.h"

/* cluster: the context's, which a program for credentials may be told of. */
int kubeconfig_read_user(const struct kubeconfig_entry *user, const struct kubeconfig_entry *cluster, struct kubeconfig *config,
                         struct error *error);

#endif
