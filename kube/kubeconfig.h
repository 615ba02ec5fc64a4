/*
 * The kubeconfig: where a cluster is and how to be trusted by it. Read as kubectl reads it: several files are merged
 * (the first that sets a thing wins, an entry of a list is taken whole from the first that has it), relative paths start
 * at the file that names them. What kubectl refuses is refused: two entries of one name in a list, a file beside its inline
 * data, a token beside a password.
 */
#ifndef KUBE_KUBECONFIG_H
#define KUBE_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "kube/exec_plugin.h"

#define KUBECONFIG_MAXIMUM_FILES 32
#define KUBECONFIG_MAXIMUM_SIZE (4u * 1024 * 1024) /* bytes of one file */

/* One context with everything that it points to. Texts are owned; NULL = not set. */
struct kubeconfig {
    char *context;            /* its name */
    char *namespace;          /* "default" when the context names none */
    char *server;             /* "https://host:port/prefix", no slash at the end */
    char *tls_server_name;    /* the name in the server's certificate when it is not the URL's */
    char *proxy_url;          /* of the cluster */
    bool insecure;            /* insecure-skip-tls-verify: the server's certificate is not checked */
    char *authority;          /* PEM certificates; NULL = the system's */
    char *client_certificate; /* PEM */
    char *client_key;         /* PEM; secret */
    char *token;              /* secret */
    char *token_file;         /* read again and again: tokens there are renewed; wins over token */
    char *username;
    char *password;           /* secret */
    struct exec_plugin *exec; /* a program that hands out credentials; a token of the kubeconfig wins over it */
    char **headers;           /* "Name: value": as whom else the requests are made (impersonation) */
    size_t header_count;
};

/* path and context as in kube_open; in a pod that has no kubeconfig, the pod's service account (in_cluster.h; its context is
 * "in-cluster"). On failure the error names the file, the line and the field; release either way. */
int kubeconfig_load(const char *path, const char *context, struct kubeconfig *config, struct error *error);

/* Wipes the secrets. Harmless on a zeroed struct. */
void kubeconfig_release(struct kubeconfig *config);

/* The bearer token that a file holds, without white space around it; the caller frees. NULL with an error: not
 * readable, empty, or characters that no header may carry. */
char *kubeconfig_read_token(const char *path, struct error *error);

#endif
