/*
 * Credentials from a program: the `exec` of a kubeconfig's user (ExecCredential of client.authentication.k8s.io, v1 and
 * v1beta1). The program is told in KUBERNETES_EXEC_INFO what is wanted and prints a token or a client certificate.
 */
#ifndef KUBE_EXEC_PLUGIN_H
#define KUBE_EXEC_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

#define EXEC_PLUGIN_MAXIMUM_OUTPUT (1024u * 1024)

enum exec_interactive_mode { EXEC_NEVER, EXEC_IF_AVAILABLE, EXEC_ALWAYS };

struct exec_plugin {
    char *command;      /* found in PATH when there is no slash in it, else relative to the kubeconfig's folder */
    char **arguments;   /* the command first, NULL at the end */
    char **environment; /* "NAME=VALUE", NULL at the end: added to this program's */
    char *api_version;
    char *install_hint; /* NULL = none */
    char *cluster;      /* JSON of what the program is told of the cluster; NULL = nothing */
    enum exec_interactive_mode interactive_mode;
};

struct kubeconfig;
struct kubeconfig_entry;

/* entry: users["x"].user.exec; cluster: the context's, config: what has been read of it. NULL with an error that names file,
 * line and field. Nothing is run. */
struct exec_plugin *exec_plugin_read(const struct kubeconfig_entry *entry, const struct kubeconfig_entry *cluster,
                                     const struct kubeconfig *config, struct error *error);
void exec_plugin_release(struct exec_plugin *plugin); /* frees; NULL is allowed */

/* What a program has handed out; texts are owned and secret, NULL = not given. */
struct exec_credential {
    char *token;
    char *certificate; /* PEM, with its key */
    char *key;
    int64_t expires; /* wall; INT64_MAX = does not say */
};
void exec_credential_release(struct exec_credential *credential);

/* Runs the program, with standard input only in the modes that allow it and when that is a terminal, its standard error to
 * this program's; ended (with what it started, unless it may ask) when it takes longer than deadline (nanoseconds from now).
 * -1 with one line that says why, with the install hint when there is no such program. */
int exec_plugin_run(const struct exec_plugin *plugin, int64_t deadline, struct exec_credential *credential, struct error *error);

/* What a program has printed. As exec_plugin_run. */
int exec_credential_parse(const struct exec_plugin *plugin, const char *text, size_t length, struct exec_credential *credential,
                          struct error *error);

#endif
