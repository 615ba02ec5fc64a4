#include "kube/token.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define FILE_PERIOD (10 * NANOSECONDS_PER_SECOND)

void token_init(struct token *token, const struct kubeconfig *config)
{
    *token = (struct token){.config = config};
    (void)pthread_mutex_init(&token->mutex, NULL);
}

void token_release(struct token *token)
{
    (void)pthread_mutex_destroy(&token->mutex);
    memory_wipe_text(token->text);
    *token = (struct token){0};
}

char *token_current(struct token *token)
{
    const struct kubeconfig *config = token->config;
    if (config->token_file == NULL)
        return memory_copy_text(config->token);
    (void)pthread_mutex_lock(&token->mutex);
    int64_t now = clock_monotonic();
    if (token->text == NULL || now - token->time > FILE_PERIOD) {
        struct error error = ERROR_NONE;
        char *fresh = kubeconfig_read_token(config->token_file, &error);
        if (fresh == NULL)
            log_warning("kube", "%s", error.text);
        token->time = now;
        if (fresh != NULL) {
            memory_wipe_text(token->text);
            token->text = fresh;
        }
    }
    char *copy = memory_copy_text(token->text != NULL ? token->text : config->token);
    (void)pthread_mutex_unlock(&token->mutex);
    return copy;
}
