#include <stdint.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "kube/exec_plugin.h"
#include "kube/kubeconfig_source.h"

void exec_credential_release(struct exec_credential *credential)
{
    memory_wipe_text(credential->token);
    memory_wipe_text(credential->certificate);
    memory_wipe_text(credential->key);
    *credential = (struct exec_credential){0};
}

static char *copy_member(const cJSON *status, const char *key)
{
    const char *text = json_text(json_get(status, key), "");
    return text[0] != '\0' ? memory_copy_text(text) : NULL;
}

static int check(const struct exec_plugin *plugin, const cJSON *answer, struct error *error)
{
    const char *version = json_text(json_get(answer, "apiVersion"), "");
    if (strcmp(json_text(json_get(answer, "kind"), ""), "ExecCredential") != 0)
        return error_set(error, "%s printed no ExecCredential", plugin->command);
    if (strcmp(version, plugin->api_version) != 0)
        return error_set(error, "%s answers with apiVersion \"%.80s\", the kubeconfig asks for \"%s\"", plugin->command, version,
                         plugin->api_version);
    if (!cJSON_IsObject(json_get(answer, "status")))
        return error_set(error, "%s printed an ExecCredential without a status", plugin->command);
    return 0;
}

static int check_credential(const struct exec_plugin *plugin, const struct exec_credential *credential, struct error *error)
{
    if ((credential->certificate == NULL) != (credential->key == NULL))
        return error_set(error, "%s handed out a client certificate or its key, but not both", plugin->command);
    if (credential->token == NULL && credential->certificate == NULL)
        return error_set(error, "%s handed out neither a token nor a client certificate", plugin->command);
    if (credential->token != NULL && !kubeconfig_fits_header(credential->token))
        return error_set(error, "%s handed out a token with characters that no token has", plugin->command);
    if (credential->certificate != NULL && (strstr(credential->certificate, "-----BEGIN CERTIFICATE") == NULL ||
                                            strstr(credential->key, "PRIVATE KEY-----") == NULL))
        return error_set(error, "%s handed out a client certificate or key that is no PEM", plugin->command);
    return 0;
}

int exec_credential_parse(const struct exec_plugin *plugin, const char *text, size_t length, struct exec_credential *credential,
                          struct error *error)
{
    *credential = (struct exec_credential){.expires = INT64_MAX};
    AUTO_JSON cJSON *answer = json_parse(text, length, NULL);
    if (answer == NULL) /* JSON's own error could quote a secret */
        return error_set(error, "%s printed no JSON", plugin->command);
    if (check(plugin, answer, error) < 0)
        return -1;
    const cJSON *status = json_get(answer, "status");
    credential->token = copy_member(status, "token");
    credential->certificate = copy_member(status, "clientCertificateData");
    credential->key = copy_member(status, "clientKeyData");
    const char *expires = json_text(json_get(status, "expirationTimestamp"), "");
    if (expires[0] != '\0' && clock_parse(expires, &credential->expires, NULL) < 0)
        return error_set(error, "%s: expirationTimestamp is no time (RFC 3339)", plugin->command);
    return check_credential(plugin, credential, error);
}
