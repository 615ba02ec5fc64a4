#include "kube/login.h"

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

void login_init(struct login *login, const struct kubeconfig *config)
{
    *login = (struct login){.config = config};
    (void)pthread_mutex_init(&login->mutex, NULL);
}

void login_release(struct login *login)
{
    (void)pthread_mutex_destroy(&login->mutex);
    memory_wipe_text(login->token);
    exec_credential_release(&login->handed_out);
    *login = (struct login){0};
}

static bool is_same_file(const struct stat *left, const struct stat *right)
{
    return left->st_dev == right->st_dev && left->st_ino == right->st_ino && left->st_size == right->st_size &&
           left->st_mtim.tv_sec == right->st_mtim.tv_sec && left->st_mtim.tv_nsec == right->st_mtim.tv_nsec;
}

/* With the mutex held. */
static void refresh_file(struct login *login)
{
    const char *path = login->config->token_file;
    int64_t now = clock_monotonic();
    struct stat file = {0};
    bool same = stat(path, &file) == 0 && is_same_file(&file, &login->file);
    if (login->token != NULL && now - login->read_at <= FILE_PERIOD && same)
        return;
    struct error error = ERROR_NONE;
    char *fresh = kubeconfig_read_token(path, &error);
    login->read_at = now;
    login->file = file;
    if (fresh == NULL) {
        log_warning("kube", "%s", error.text);
        return;
    }
    if (login->token == NULL || strcmp(login->token, fresh) != 0)
        login->version++;
    memory_wipe_text(login->token);
    login->token = fresh;
}

/* With the mutex held. */
static int refresh_program(struct login *login, struct error *error)
{
    const struct exec_plugin *plugin = login->config->exec;
    bool known = login->handed_out.token != NULL || login->handed_out.certificate != NULL;
    if (known && clock_wall() < login->handed_out.expires)
        return 0;
    if (login->trouble.text[0] == '\0' || clock_monotonic() - login->failed_at > FAILURE_PERIOD) {
        bool asks = plugin->interactive_mode != EXEC_NEVER && isatty(STDIN_FILENO) == 1;
        login->trouble = ERROR_NONE;
        exec_credential_release(&login->handed_out);
        if (exec_plugin_run(plugin, asks ? ASKING_PROGRAM_DEADLINE : PROGRAM_DEADLINE, &login->handed_out, &login->trouble) == 0)
            login->version++;
        login->failed_at = clock_monotonic();
    }
    return login->trouble.text[0] != '\0' ? error_set(error, "%s", login->trouble.text) : 0;
}

/* With the mutex held. */
static int fill(struct login *login, struct identity *identity, struct error *error)
{
    const struct kubeconfig *config = login->config;
    int result = 0;
    if (config->token_file != NULL)
        refresh_file(login);
    else if (config->exec != NULL && config->token == NULL)
        result = refresh_program(login, error);
    const struct exec_credential *handed_out = &login->handed_out;
    const char *token = login->token != NULL ? login->token : config->token;
    bool own = handed_out->certificate != NULL;
    identity->token = memory_copy_text(token != NULL ? token : handed_out->token);
    identity->certificate = memory_copy_text(own ? handed_out->certificate : config->client_certificate);
    identity->key = memory_copy_text(own ? handed_out->key : config->client_key);
    identity->version = login->version;
    return result;
}

int login_current(struct login *login, struct identity *identity, struct error *error)
{
    *identity = (struct identity){0};
    (void)pthread_mutex_lock(&login->mutex);
    int result = fill(login, identity, error);
    (void)pthread_mutex_unlock(&login->mutex);
    return result;
}

void identity_release(struct identity *identity)
{
    memory_wipe_text(identity->token);
    memory_wipe_text(identity->certificate);
    memory_wipe_text(identity->key);
    *identity = (struct identity){0};
}

bool login_renew(struct login *login, uint64_t refused_version)
{
    const struct kubeconfig *config = login->config;
    bool others = false;
    (void)pthread_mutex_lock(&login->mutex);
    if (config->token_file != NULL) {
        login->read_at = clock_monotonic() - 2 * FILE_PERIOD;
        refresh_file(login);
        others = login->version != refused_version;
    } else if (config->exec != NULL && config->token == NULL) {
        if (login->version == refused_version)
            login->handed_out.expires = 0;
        others = true;
    }
    (void)pthread_mutex_unlock(&login->mutex);
    return others;
}

void login_redact(struct login *login, char *text)
{
    (void)pthread_mutex_lock(&login->mutex);
    redact_secret(text, login->token);
    redact_secret(text, login->handed_out.token);
    (void)pthread_mutex_unlock(&login->mutex);
    redact_secret(text, login->config->token);
    redact_secret(text, login->config->password);
}
