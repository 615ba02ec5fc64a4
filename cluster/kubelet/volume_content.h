/*
 * The files of a volume that is made of other objects: configMap, secret, downwardAPI and projected (of those and of
 * service account tokens), as the kubelet makes them.
 */
#ifndef CLUSTER_KUBELET_VOLUME_CONTENT_H
#define CLUSTER_KUBELET_VOLUME_CONTENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "cluster/kubelet/environment.h"

struct volume_file {
    char *path; /* below the mount */
    char *bytes;
    size_t length;
    mode_t mode;
};

struct volume_files {
    struct volume_file *files;
    size_t count;
};
void volume_files_release(struct volume_files *files); /* wipes what was in them */
#define AUTO_VOLUME_FILES CLEANUP(volume_files_release)

/* A token for a serviceAccountToken projection, which the caller wipes; NULL with an error. */
typedef char *token_maker(void *context, const cJSON *projection, struct error *error);

/* The folder with the data of a claim of the pod's namespace; the caller frees the path. NULL with an error: it is not
 * there or not bound. */
typedef char *claim_finder(void *context, const char *claim, struct error *error);

struct volume_source {
    struct environment_source objects; /* container is left open */
    token_maker *make_token;           /* with the context of objects, as the next */
    claim_finder *find_claim;          /* for pod_folder.h */
};

/* Whether the volume is one of those. */
bool volume_has_content(const cJSON *volume);

/* Whether a service account token is among its files, and for how many seconds the shortest-lived is good (else 0). */
int64_t volume_token_seconds(const cJSON *volume);

/* 0, or -1 with the kubelet's words for what is missing. Files of secrets and tokens are for their owner alone: pods
 * here run as one user and share their machine with others. */
int volume_content_make(const struct volume_source *source, const cJSON *volume, struct volume_files *files, struct error *error);

#endif
