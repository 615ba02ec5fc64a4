#include "kube/kubeconfig_user.h"

#include <ctype.h>
#include <string.h>

#include "common/memory.h"

static int read_token(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    const char *file = NULL;
    if (kubeconfig_copy(entry, "token", &config->token, error) < 0 || kubeconfig_text(entry, "tokenFile", &file, error) < 0)
        return -1;
    if (config->token != NULL && !kubeconfig_fits_header(config->token))
        return kubeconfig_field_error(entry, "token", error, "holds characters that no token has");
    if (file == NULL)
        return 0;
    config->token_file = kubeconfig_resolve(entry->source, file);
    if (config->token != NULL)
        return 0;
    struct error why = ERROR_NONE;
    char *token = kubeconfig_read_token(config->token_file, &why);
    if (token == NULL)
        return kubeconfig_field_error(entry, "tokenFile", error, "%s", why.text);
    memory_wipe_text(token);
    return 0;
}

static int read_password(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    if (kubeconfig_copy(entry, "username", &config->username, error) < 0 ||
        kubeconfig_copy(entry, "password", &config->password, error) < 0)
        return -1;
    if (config->username == NULL && config->password != NULL)
        return kubeconfig_field_error(entry, "username", error, "is missing beside the password");
    if (config->username != NULL && (config->token != NULL || config->token_file != NULL))
        return kubeconfig_field_error(entry, "username", error, "cannot be given beside a token");
    return 0;
}

static int read_certificate(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    if (kubeconfig_pem(entry, "client-certificate", "-----BEGIN CERTIFICATE", &config->client_certificate, error) < 0 ||
        kubeconfig_pem(entry, "client-key", "PRIVATE KEY-----", &config->client_key, error) < 0)
        return -1;
    if (config->client_certificate != NULL && config->client_key == NULL)
        return kubeconfig_field_error(entry, "client-key", error, "is missing beside the client-certificate");
    if (config->client_key != NULL && config->client_certificate == NULL)
        return kubeconfig_field_error(entry, "client-certificate", error, "is missing beside the client-key");
    return 0;
}

static int add_header(const struct kubeconfig_entry *entry, const char *key, struct kubeconfig *config, const char *name,
                      const char *value, struct error *error)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at))
            return kubeconfig_field_error(entry, key, error, "holds characters that no header may carry");
    }
    config->headers = memory_resize(config->headers, config->header_count + 1, sizeof *config->headers);
    config->headers[config->header_count++] = memory_format("%s: %s", name, value);
    return 0;
}

static int add_values(const struct kubeconfig_entry *entry, const char *key, const struct yaml_node *list,
                      struct kubeconfig *config, const char *name, struct error *error)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (list->values[i]->kind != YAML_SCALAR)
            return kubeconfig_field_error(entry, key, error, "a list of texts is expected");
        if (add_header(entry, key, config, name, list->values[i]->text, error) < 0)
            return -1;
    }
    return 0;
}

/* The name of a header for a key of as-user-extra: what no header's name may hold is escaped, as client-go does. */
static char *extra_name(const char *key)
{
    static const char plain[] = "!#$&'*+-.^_`|~";
    char *name = memory_allocate(strlen(key) * 3 + sizeof "Impersonate-Extra-", 1);
    char *to = stpcpy(name, "Impersonate-Extra-");
    for (; *key != '\0'; key++) {
        unsigned char byte = (unsigned char)*key;
        if (isalnum(byte) || strchr(plain, byte) != NULL) {
            *to++ = (char)byte;
            continue;
        }
        *to++ = '%';
        *to++ = "0123456789ABCDEF"[byte >> 4];
        *to++ = "0123456789ABCDEF"[byte & 15];
    }
    return name;
}

static int read_extra(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    const struct yaml_node *extra = yaml_get(entry->body, "as-user-extra");
    if (kubeconfig_is_null(extra))
        return 0;
    if (extra->kind != YAML_MAPPING)
        return kubeconfig_field_error(entry, "as-user-extra", error, "a mapping of lists is expected");
    for (size_t i = 0; i < extra->count; i++) {
        AUTO_FREE char *name = extra_name(extra->keys[i]->text);
        if (extra->values[i]->kind != YAML_SEQUENCE)
            return kubeconfig_field_error(entry, "as-user-extra", error, "a mapping of lists is expected");
        if (add_values(entry, "as-user-extra", extra->values[i], config, name, error) < 0)
            return -1;
    }
    return 0;
}

static int read_impersonation(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    const char *user = NULL;
    const char *uid = NULL;
    const struct yaml_node *groups = NULL;
    if (kubeconfig_text(entry, "as", &user, error) < 0 || kubeconfig_text(entry, "as-uid", &uid, error) < 0 ||
        kubeconfig_list(entry, "as-groups", &groups, error) < 0 ||
        (user != NULL && add_header(entry, "as", config, "Impersonate-User", user, error) < 0) ||
        (uid != NULL && add_header(entry, "as-uid", config, "Impersonate-Uid", uid, error) < 0) ||
        add_values(entry, "as-groups", groups, config, "Impersonate-Group", error) < 0 || read_extra(entry, config, error) < 0)
        return -1;
    if (user == NULL && config->header_count > 0)
        return kubeconfig_field_error(entry, "as", error, "is missing beside as-uid, as-groups or as-user-extra");
    return 0;
}

static int read_exec(const struct kubeconfig_entry *entry, const struct kubeconfig_entry *cluster, struct kubeconfig *config,
                     struct error *error)
{
    const struct yaml_node *body = yaml_get(entry->body, "exec");
    if (kubeconfig_is_null(body))
        return 0;
    if (body->kind != YAML_MAPPING)
        return kubeconfig_field_error(entry, "exec", error, "a mapping is expected");
    const struct kubeconfig_entry exec = {
        .source = entry->source, .body = body, .list = entry->list, .name = entry->name, .member = "user.exec"};
    config->exec = exec_plugin_read(&exec, cluster, config, error);
    return config->exec != NULL ? 0 : -1;
}

int kubeconfig_read_user(const struct kubeconfig_entry *user, const struct kubeconfig_entry *cluster, struct kubeconfig *config,
                         struct error *error)
{
    if (yaml_get(user->body, "auth-provider") != NULL)
        return kubeconfig_field_error(user, "auth-provider", error,
                                      "is not supported (Kubernetes has given most of them up); use exec, a token, a tokenFile "
                                      "or a client certificate");
    if (read_token(user, config, error) < 0 || read_certificate(user, config, error) < 0 ||
        read_password(user, config, error) < 0 || read_impersonation(user, config, error) < 0)
        return -1;
    return read_exec(user, cluster, config, error);
}
