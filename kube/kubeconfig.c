#include "kube/kubeconfig.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "common/memory.h"
#include "kube/in_cluster.h"
#include "kube/kubeconfig_source.h"
#include "kube/kubeconfig_user.h"

/* Whether a URL is one of the schemes with a host and without a user, a query or a fragment. */
static const char *url_fault(const char *text, const char *const *schemes)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    char *part = NULL;
    const char *fault = NULL;
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) {
        fault = "no URL such as https://127.0.0.1:6443";
    } else {
        while (*schemes != NULL && strcmp(*schemes, scheme) != 0)
            schemes++;
        if (*schemes == NULL)
            fault = "the scheme is not supported";
        else if (curl_url_get(url, CURLUPART_QUERY, &part, 0) == CURLUE_OK ||
                 curl_url_get(url, CURLUPART_FRAGMENT, &part, 0) == CURLUE_OK)
            fault = "a query or fragment has no place here";
    }
    curl_free(part);
    curl_free(scheme);
    curl_url_cleanup(url);
    return fault;
}

/* As client-go completes a server without a scheme. */
static void complete_server(const struct kubeconfig_entry *entry, struct kubeconfig *config)
{
    static const char *const keys[] = {"certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify"};
    bool secure = false;
    if (strstr(config->server, "://") != NULL)
        return;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        secure = secure || yaml_get(entry->body, keys[i]) != NULL;
    AUTO_FREE char *short_one = config->server;
    config->server = memory_format("%s://%s", secure ? "https" : "http", short_one);
}

static int read_server(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    static const char *const schemes[] = {"https", "http", NULL};
    if (kubeconfig_copy(entry, "server", &config->server, error) < 0)
        return -1;
    if (config->server == NULL)
        return kubeconfig_field_error(entry, "server", error, "is missing");
    complete_server(entry, config);
    const char *fault = url_fault(config->server, schemes);
    if (fault == NULL && strchr(config->server, '@') != NULL)
        fault = "a user does not belong into the URL";
    if (fault != NULL)
        return kubeconfig_field_error(entry, "server", error, "\"%.80s\": %s",
                                      strchr(config->server, '@') ? "..." : config->server, fault);
    size_t length = strlen(config->server);
    while (length > 0 && config->server[length - 1] == '/')
        config->server[--length] = '\0';
    return 0;
}

static int read_proxy(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    static const char *const schemes[] = {"http", "https", "socks5", "socks5h", NULL};
    if (kubeconfig_copy(entry, "proxy-url", &config->proxy_url, error) < 0)
        return -1;
    const char *fault = config->proxy_url != NULL ? url_fault(config->proxy_url, schemes) : NULL;
    return fault != NULL ? kubeconfig_field_error(entry, "proxy-url", error, "%s", fault) : 0;
}

static int read_cluster(const struct kubeconfig_entry *entry, struct kubeconfig *config, struct error *error)
{
    if (read_server(entry, config, error) < 0 || read_proxy(entry, config, error) < 0 ||
        kubeconfig_copy(entry, "tls-server-name", &config->tls_server_name, error) < 0 ||
        kubeconfig_boolean(entry, "insecure-skip-tls-verify", &config->insecure, error) < 0 ||
        kubeconfig_pem(entry, "certificate-authority", "-----BEGIN", &config->authority, error) < 0)
        return -1;
    if (config->insecure && config->authority != NULL)
        return kubeconfig_field_error(entry, "insecure-skip-tls-verify", error,
                                      "cannot be true when a certificate authority is given");
    return 0;
}

char *kubeconfig_read_token(const char *path, struct error *error)
{
    size_t length = 0;
    AUTO_FREE char *text = kubeconfig_slurp(path, &length);
    if (text == NULL) {
        (void)error_set(error, "%s: %s", path, strerror(errno));
        return NULL;
    }
    size_t start = strspn(text, " \t\r\n");
    size_t end = strlen(text);
    while (end > start && isspace((unsigned char)text[end - 1]))
        text[--end] = '\0';
    char *token = NULL;
    if (end == start)
        (void)error_set(error, "%s: the file holds no token", path);
    else if (!kubeconfig_fits_header(text + start))
        (void)error_set(error, "%s: the file holds characters that no token has", path);
    else
        token = memory_copy_text(text + start);
    explicit_bzero(text, length);
    return token;
}

static int read_context(const struct kubeconfig_sources *sources, struct kubeconfig *config, struct error *error)
{
    struct kubeconfig_entry context;
    struct kubeconfig_entry entry;
    const char *cluster = NULL;
    const char *user = NULL;
    if (kubeconfig_find(sources, "contexts", "context", config->context, &context, error) < 0 ||
        kubeconfig_copy(&context, "namespace", &config->namespace, error) < 0 ||
        kubeconfig_text(&context, "cluster", &cluster, error) < 0 || kubeconfig_text(&context, "user", &user, error) < 0)
        return -1;
    if (cluster == NULL)
        return kubeconfig_field_error(&context, "cluster", error, "is missing");
    if (config->namespace == NULL)
        config->namespace = memory_copy_text("default");
    if (kubeconfig_find(sources, "clusters", "cluster", cluster, &entry, error) < 0 || read_cluster(&entry, config, error) < 0)
        return -1;
    if (user == NULL)
        return 0;
    struct kubeconfig_entry account;
    if (kubeconfig_find(sources, "users", "user", user, &account, error) < 0)
        return -1;
    return kubeconfig_read_user(&account, &entry, config, error);
}

int kubeconfig_load(const char *path, const char *context, struct kubeconfig *config, struct error *error)
{
    *config = (struct kubeconfig){.context = NULL};
    bool any = context == NULL || strcmp(context, IN_CLUSTER_CONTEXT) == 0;
    if (path == NULL && any && in_cluster() && !kubeconfig_has_default())
        return in_cluster_load(config, error);
    CLEANUP(kubeconfig_sources_release) struct kubeconfig_sources sources;
    if (kubeconfig_sources_read(path, &sources, error) < 0)
        return -1;
    if (context == NULL && kubeconfig_top_text(&sources, "current-context", &context, error) < 0)
        return -1;
    if (context == NULL)
        return error_set(error, "%s: current-context: is not set; name a context", sources.names);
    config->context = memory_copy_text(context);
    return read_context(&sources, config, error);
}

static void wipe(char **secret)
{
    if (*secret != NULL)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

void kubeconfig_release(struct kubeconfig *config)
{
    wipe(&config->client_key);
    wipe(&config->token);
    wipe(&config->password);
    wipe(&config->proxy_url);
    free(config->context);
    free(config->namespace);
    free(config->server);
    free(config->tls_server_name);
    free(config->authority);
    free(config->client_certificate);
    free(config->token_file);
    free(config->username);
    exec_plugin_release(config->exec);
    for (size_t i = 0; i < config->header_count; i++)
        free(config->headers[i]);
    free(config->headers);
    *config = (struct kubeconfig){.context = NULL};
}
