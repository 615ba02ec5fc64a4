#include "kube/in_cluster.h"

#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"

#define HOST "KUBERNETES_SERVICE_HOST"
#define PORT "KUBERNETES_SERVICE_PORT"
#define FOLDER "var/run/secrets/kubernetes.io/serviceaccount"
#define AUTHORITY_MAXIMUM (1024 * 1024)
#define NAMESPACE_MAXIMUM 256

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

bool in_cluster(void)
{
    return variable(HOST) != NULL && variable(PORT) != NULL;
}

/* The absolute path of the folder, so that it holds wherever the program goes; NULL with an error. */
static char *find_folder(struct error *error)
{
    static const char *const tokens[] = {FOLDER "/token", "/" FOLDER "/token"};
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        char *path = realpath(tokens[i], NULL);
        if (path == NULL)
            continue;
        *strrchr(path, '/') = '\0';
        return path;
    }
    (void)error_set(error, "the pod has no service account token in /" FOLDER " (automountServiceAccountToken: false?)");
    return NULL;
}

static char *server_url(void)
{
    const char *host = variable(HOST);
    bool brackets = strchr(host, ':') != NULL && host[0] != '[';
    return memory_format("https://%s%s%s:%s", brackets ? "[" : "", host, brackets ? "]" : "", variable(PORT));
}

static char *read_part(const char *folder, const char *name, size_t maximum, struct error *error)
{
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    return file_read(path, maximum, NULL, error);
}

int in_cluster_load(struct kubeconfig *config, struct error *error)
{
    *config = (struct kubeconfig){.context = NULL};
    if (!in_cluster())
        return error_set(error, HOST " and " PORT " are not set: this is no pod");
    AUTO_FREE char *folder = find_folder(error);
    if (folder == NULL)
        return -1;
    config->context = memory_copy_text(IN_CLUSTER_CONTEXT);
    config->server = server_url();
    config->token_file = memory_format("%s/token", folder);
    char *token = kubeconfig_read_token(config->token_file, error);
    if (token == NULL)
        return -1;
    memory_wipe_text(token);
    config->authority = read_part(folder, "ca.crt", AUTHORITY_MAXIMUM, error);
    if (config->authority == NULL)
        return -1;
    if (strstr(config->authority, "-----BEGIN") == NULL)
        return error_set(error, "%s/ca.crt: no certificate in it", folder);
    config->namespace = read_part(folder, "namespace", NAMESPACE_MAXIMUM, NULL);
    if (config->namespace == NULL)
        config->namespace = memory_copy_text("default");
    config->namespace[strcspn(config->namespace, " \t\r\n")] = '\0';
    return 0;
}
