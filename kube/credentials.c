#include "kube/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "kube/redact.h"

#define FILE_PERIOD (10 * NANOSECONDS_PER_SECOND)
#define FAILURE_PERIOD (5 * NANOSECONDS_PER_SECOND)
#define PROGRAM_DEADLINE (60 * NANOSECONDS_PER_SECOND)
#define ASKING_PROGRAM_DEADLINE (300 * NANOSECONDS_PER_SECOND) /* people type, or log in with a browser */

void credentials_init(struct credentials *credentials, const struct kubeconfig *config)
{
    *credentials = (struct credentials){.config = config};
    (void)pthread_mutex_init(&credentials->mutex, NULL);
}

void credentials_release(struct credentials *credentials)
{
    (void)pthread_mutex_destroy(&credentials->mutex);
    memory_wipe_text(credentials->token);
    exec_credential_release(&credentials->handed_out);
    *credentials = (struct credentials){0};
}

static bool is_same_file(const struct stat *left, const struct stat *right)
{
    return left->st_dev == right->st_dev && left->st_ino == right->st_ino && left->st_size == right->st_size &&
           left->st_mtim.tv_sec == right->st_mtim.tv_sec && left->st_mtim.tv_nsec == right->st_mtim.tv_nsec;
}

/* With the mutex held. */
static void refresh_file(struct credentials *credentials)
{
    const char *path = credentials->config->token_file;
    int64_t now = clock_monotonic();
    struct stat file = {0};
    bool same = stat(path, &file) == 0 && is_same_file(&file, &credentials->file);
    if (credentials->token != NULL && now - credentials->read_at <= FILE_PERIOD && same)
        return;
    struct error error = ERROR_NONE;
    char *fresh = kubeconfig_read_token(path, &error);
    credentials->read_at = now;
    credentials->file = file;
    if (fresh == NULL) {
        log_warning("kube", "%s", error.text);
        return;
    }
    if (credentials->token == NULL || strcmp(credentials->token, fresh) != 0)
        credentials->version++;
    memory_wipe_text(credentials->token);
    credentials->token = fresh;
}

/* With the mutex held. */
static int refresh_program(struct credentials *credentials, struct error *error)
{
    const struct exec_plugin *plugin = credentials->config->exec;
    bool known = credentials->handed_out.token != NULL || credentials->handed_out.certificate != NULL;
    if (known && clock_wall() < credentials->handed_out.expires)
        return 0;
    if (credentials->trouble.text[0] == '\0' || clock_monotonic() - credentials->failed_at > FAILURE_PERIOD) {
        bool asks = plugin->interactive_mode != EXEC_NEVER && isatty(STDIN_FILENO) == 1;
        credentials->trouble = ERROR_NONE;
        exec_credential_release(&credentials->handed_out);
        if (exec_plugin_run(plugin, asks ? ASKING_PROGRAM_DEADLINE : PROGRAM_DEADLINE, &credentials->handed_out,
                            &credentials->trouble) == 0)
            credentials->version++;
        credentials->failed_at = clock_monotonic();
    }
    return credentials->trouble.text[0] != '\0' ? error_set(error, "%s", credentials->trouble.text) : 0;
}

/* With the mutex held. */
static int fill(struct credentials *credentials, struct identity *identity, struct error *error)
{
    const struct kubeconfig *config = credentials->config;
    int result = 0;
    if (config->token_file != NULL)
        refresh_file(credentials);
    else if (config->exec != NULL && config->token == NULL)
        result = refresh_program(credentials, error);
    const struct exec_credential *handed_out = &credentials->handed_out;
    const char *token = credentials->token != NULL ? credentials->token : config->token;
    bool own = handed_out->certificate != NULL;
    identity->token = memory_copy_text(token != NULL ? token : handed_out->token);
    identity->certificate = memory_copy_text(own ? handed_out->certificate : config->client_certificate);
    identity->key = memory_copy_text(own ? handed_out->key : config->client_key);
    identity->version = credentials->version;
    return result;
}

int credentials_current(struct credentials *credentials, struct identity *identity, struct error *error)
{
    *identity = (struct identity){0};
    (void)pthread_mutex_lock(&credentials->mutex);
    int result = fill(credentials, identity, error);
    (void)pthread_mutex_unlock(&credentials->mutex);
    return result;
}

void identity_release(struct identity *identity)
{
    memory_wipe_text(identity->token);
    memory_wipe_text(identity->certificate);
    memory_wipe_text(identity->key);
    *identity = (struct identity){0};
}

bool credentials_renew(struct credentials *credentials, uint64_t refused_version)
{
    const struct kubeconfig *config = credentials->config;
    bool others = false;
    (void)pthread_mutex_lock(&credentials->mutex);
    if (config->token_file != NULL) {
        credentials->read_at = clock_monotonic() - 2 * FILE_PERIOD;
        refresh_file(credentials);
        others = credentials->version != refused_version;
    } else if (config->exec != NULL && config->token == NULL) {
        if (credentials->version == refused_version)
            credentials->handed_out.expires = 0;
        others = true;
    }
    (void)pthread_mutex_unlock(&credentials->mutex);
    return others;
}

void credentials_redact(struct credentials *credentials, char *text)
{
    (void)pthread_mutex_lock(&credentials->mutex);
    redact_secret(text, credentials->token);
    redact_secret(text, credentials->handed_out.token);
    (void)pthread_mutex_unlock(&credentials->mutex);
    redact_secret(text, credentials->config->token);
    redact_secret(text, credentials->config->password);
}
