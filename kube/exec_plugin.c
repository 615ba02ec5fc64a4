#include "kube/exec_plugin.h"

#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "common/json.h"
#include "common/memory.h"
#include "kube/kubeconfig_source.h"

#define GROUP "client.authentication.k8s.io/"
#define EXTENSION "client.authentication.k8s.io/exec"

static void free_texts(char **texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        explicit_bzero(texts[i], strlen(texts[i]));
        free(texts[i]);
    }
    free(texts);
}

void exec_plugin_release(struct exec_plugin *plugin)
{
    if (plugin == NULL)
        return;
    free(plugin->command);
    free_texts(plugin->arguments);
    free_texts(plugin->environment);
    free(plugin->api_version);
    free(plugin->install_hint);
    free(plugin->cluster);
    free(plugin);
}

static int read_command(const struct kubeconfig_entry *entry, struct exec_plugin *plugin, struct error *error)
{
    const char *command = NULL;
    if (kubeconfig_text(entry, "command", &command, error) < 0)
        return -1;
    if (command == NULL)
        return kubeconfig_field_error(entry, "command", error, "is missing");
    plugin->command = strchr(command, '/') != NULL ? kubeconfig_resolve(entry->source, command) : memory_copy_text(command);
    const struct yaml_node *list = NULL;
    if (kubeconfig_list(entry, "args", &list, error) < 0)
        return -1;
    size_t count = list != NULL ? list->count : 0;
    plugin->arguments = memory_allocate(count + 2, sizeof *plugin->arguments);
    plugin->arguments[0] = memory_copy_text(plugin->command);
    for (size_t i = 0; i < count; i++) {
        if (list->values[i]->kind != YAML_SCALAR)
            return kubeconfig_field_error(entry, "args", error, "a list of texts is expected");
        plugin->arguments[i + 1] = memory_copy_text(list->values[i]->text);
    }
    return 0;
}

static int read_environment(const struct kubeconfig_entry *entry, struct exec_plugin *plugin, struct error *error)
{
    const struct yaml_node *list = NULL;
    if (kubeconfig_list(entry, "env", &list, error) < 0)
        return -1;
    size_t count = list != NULL ? list->count : 0;
    plugin->environment = memory_allocate(count + 1, sizeof *plugin->environment);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *name = yaml_get(list->values[i], "name");
        const struct yaml_node *value = yaml_get(list->values[i], "value");
        if (name == NULL || name->kind != YAML_SCALAR || name->text[0] == '\0' || strchr(name->text, '=') != NULL ||
            (value != NULL && value->kind != YAML_SCALAR))
            return kubeconfig_field_error(entry, "env", error, "entry %zu: a name and a value are expected", i);
        plugin->environment[i] = memory_format("%s=%s", name->text, value != NULL ? value->text : "");
    }
    return 0;
}

static int read_version(const struct kubeconfig_entry *entry, struct exec_plugin *plugin, struct error *error)
{
    if (kubeconfig_copy(entry, "apiVersion", &plugin->api_version, error) < 0)
        return -1;
    if (plugin->api_version == NULL)
        return kubeconfig_field_error(entry, "apiVersion", error, "is missing");
    if (strcmp(plugin->api_version, GROUP "v1") != 0 && strcmp(plugin->api_version, GROUP "v1beta1") != 0)
        return kubeconfig_field_error(entry, "apiVersion", error, "\"%.80s\": expected " GROUP "v1 or " GROUP "v1beta1",
                                      plugin->api_version);
    return 0;
}

static int read_mode(const struct kubeconfig_entry *entry, struct exec_plugin *plugin, struct error *error)
{
    static const char *const names[] = {[EXEC_NEVER] = "Never", [EXEC_IF_AVAILABLE] = "IfAvailable", [EXEC_ALWAYS] = "Always"};
    const char *mode = NULL;
    if (kubeconfig_text(entry, "interactiveMode", &mode, error) < 0)
        return -1;
    if (mode == NULL && strcmp(plugin->api_version, GROUP "v1") == 0)
        return kubeconfig_field_error(entry, "interactiveMode", error, "is missing (Never, IfAvailable or Always)");
    plugin->interactive_mode = EXEC_IF_AVAILABLE;
    if (mode == NULL)
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        plugin->interactive_mode = (enum exec_interactive_mode)i;
        if (strcmp(mode, names[i]) == 0)
            return 0;
    }
    return kubeconfig_field_error(entry, "interactiveMode", error, "\"%.40s\": expected Never, IfAvailable or Always", mode);
}

/* What the cluster's entry holds for such programs; NULL when it holds nothing. */
static cJSON *read_extension(const struct kubeconfig_entry *cluster)
{
    const struct yaml_node *list = yaml_get(cluster->body, "extensions");
    for (size_t i = 0; list != NULL && list->kind == YAML_SEQUENCE && i < list->count; i++) {
        const struct yaml_node *name = yaml_get(list->values[i], "name");
        const struct yaml_node *extension = yaml_get(list->values[i], "extension");
        if (name != NULL && name->kind == YAML_SCALAR && strcmp(name->text, EXTENSION) == 0 && extension != NULL)
            return yaml_to_json(extension);
    }
    return NULL;
}

static char *describe_cluster(const struct kubeconfig_entry *cluster, const struct kubeconfig *config)
{
    AUTO_JSON cJSON *about = cJSON_CreateObject();
    json_set_text(about, "server", config->server);
    if (config->tls_server_name != NULL)
        json_set_text(about, "tls-server-name", config->tls_server_name);
    if (config->insecure)
        json_set_boolean(about, "insecure-skip-tls-verify", true);
    if (config->authority != NULL) {
        AUTO_FREE char *data = base64_encode(config->authority, strlen(config->authority));
        json_set_text(about, "certificate-authority-data", data);
    }
    if (config->proxy_url != NULL)
        json_set_text(about, "proxy-url", config->proxy_url);
    cJSON *extension = read_extension(cluster);
    if (extension != NULL)
        json_set(about, "config", extension);
    return json_print(about);
}

static int read_all(const struct kubeconfig_entry *entry, const struct kubeconfig_entry *cluster, const struct kubeconfig *config,
                    struct exec_plugin *plugin, struct error *error)
{
    bool provide_cluster_info = false;
    if (read_command(entry, plugin, error) < 0 || read_environment(entry, plugin, error) < 0 ||
        read_version(entry, plugin, error) < 0 || read_mode(entry, plugin, error) < 0 ||
        kubeconfig_copy(entry, "installHint", &plugin->install_hint, error) < 0 ||
        kubeconfig_boolean(entry, "provideClusterInfo", &provide_cluster_info, error) < 0)
        return -1;
    if (provide_cluster_info)
        plugin->cluster = describe_cluster(cluster, config);
    return 0;
}

struct exec_plugin *exec_plugin_read(const struct kubeconfig_entry *entry, const struct kubeconfig_entry *cluster,
                                     const struct kubeconfig *config, struct error *error)
{
    struct exec_plugin *plugin = memory_allocate(1, sizeof *plugin);
    if (read_all(entry, cluster, config, plugin, error) == 0)
        return plugin;
    exec_plugin_release(plugin);
    return NULL;
}
