#include "apps/memapp/holder.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apps/memapp/size_file.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

/* A file of the largest size is mapped within seconds, unless its disk or the machine's memory is in trouble. */
#define RESIZE_WAIT (60 * NANOSECONDS_PER_SECOND)

struct holder {
    struct holder_settings settings;
    struct toucher *toucher;
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t resizing; /* one at a time; taken before lock */
    pthread_mutex_t lock;     /* of what follows */
    pthread_cond_t changed;
    uint64_t wanted; /* looks asked for by resizes */
    uint64_t served;
    struct holder_state state;
    struct error problem; /* of the last look; empty: none */
};

/* What the last look found, kept by the thread to tell what has changed. */
struct found {
    char line[ERROR_TEXT_SIZE];
    dev_t device;
    ino_t inode;
};

static int wait_until(struct holder *holder, int64_t deadline)
{
    const struct timespec time = {.tv_sec = deadline / NANOSECONDS_PER_SECOND, .tv_nsec = deadline % NANOSECONDS_PER_SECOND};
    return pthread_cond_timedwait(&holder->changed, &holder->lock, &time);
}

static void describe(const struct holder *holder, const struct mapping *mapping, char *line, size_t size)
{
    static const char *const modes[] = {
        [MAP_MODE_PRIVATE] = "private", [MAP_MODE_SHARED] = "shared", [MAP_MODE_ANONYMOUS] = "anonymous"};
    const char *path = holder->settings.path;
    if (mapping->data == NULL)
        (void)snprintf(line, size, "%s is empty: nothing is mapped", path);
    else if ((int64_t)mapping->size < mapping->file_bytes)
        (void)snprintf(line, size, "%s is larger than the maximum: %zu of its %lld bytes are mapped (%s)", path, mapping->size,
                       (long long)mapping->file_bytes, modes[holder->settings.mode]);
    else
        (void)snprintf(line, size, "%s: %zu bytes are mapped (%s)", path, mapping->size, modes[holder->settings.mode]);
}

/* One line when this look found something else than the last. */
static void log_change(const struct holder *holder, const struct mapping *mapping, const struct error *problem,
                       struct found *found)
{
    struct found now = {.device = mapping->device, .inode = mapping->inode};
    bool failed = problem->text[0] != '\0';
    if (failed)
        (void)snprintf(now.line, sizeof now.line, "%s", problem->text);
    else
        describe(holder, mapping, now.line, sizeof now.line);
    bool same_line = strcmp(now.line, found->line) == 0;
    bool replaced = now.inode != found->inode || now.device != found->device;
    if (failed && !same_line)
        log_warning("memapp", "%s", now.line);
    else if (!failed && (!same_line || replaced))
        log_info("memapp", "%s%s", now.line, same_line ? "; the file was replaced" : "");
    *found = now;
}

static void publish(struct holder *holder, const struct mapping *mapping, const struct error *problem, uint64_t served)
{
    pthread_mutex_lock(&holder->lock);
    struct holder_state *state = &holder->state;
    state->looked = true;
    state->file_bytes = mapping->file_bytes;
    state->mapped_bytes = (int64_t)mapping->touched;
    state->maps += mapping->data != NULL;
    state->failures += problem->text[0] != '\0';
    holder->problem = *problem;
    holder->served = served;
    pthread_cond_broadcast(&holder->changed);
    pthread_mutex_unlock(&holder->lock);
}

/* Until the period is over, a resize asks for a look, or the end. */
static void wait_for_turn(struct holder *holder)
{
    int64_t deadline = clock_monotonic() + holder->settings.period;
    pthread_mutex_lock(&holder->lock);
    while (!atomic_load(&holder->stop) && holder->wanted == holder->served && clock_monotonic() < deadline)
        (void)wait_until(holder, deadline);
    pthread_mutex_unlock(&holder->lock);
}

static uint64_t looks_wanted(struct holder *holder)
{
    pthread_mutex_lock(&holder->lock);
    uint64_t wanted = holder->wanted;
    pthread_mutex_unlock(&holder->lock);
    return wanted;
}

static void *hold(void *argument)
{
    struct holder *holder = argument;
    const struct holder_settings *settings = &holder->settings;
    struct found found = {.line = ""};
    while (!atomic_load(&holder->stop)) {
        struct mapping mapping;
        struct error problem = ERROR_NONE;
        uint64_t wanted = looks_wanted(holder);
        (void)mapping_open(&mapping, settings->path, settings->mode, settings->maximum, holder->toucher, &holder->stop, &problem);
        log_change(holder, &mapping, &problem, &found);
        publish(holder, &mapping, &problem, wanted);
        wait_for_turn(holder);
        mapping_close(&mapping);
    }
    return NULL;
}

static void release(struct holder *holder)
{
    pthread_cond_destroy(&holder->changed);
    pthread_mutex_destroy(&holder->lock);
    pthread_mutex_destroy(&holder->resizing);
    toucher_destroy(holder->toucher);
    free(holder);
}

struct holder *holder_create(const struct holder_settings *settings, struct error *error)
{
    struct toucher *toucher = toucher_create(error);
    if (toucher == NULL)
        return NULL;
    struct holder *holder = memory_allocate(1, sizeof *holder);
    pthread_condattr_t attributes;
    holder->settings = *settings;
    holder->toucher = toucher;
    pthread_mutex_init(&holder->resizing, NULL);
    pthread_mutex_init(&holder->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&holder->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&holder->thread, NULL, hold, holder) == 0)
        return holder;
    (void)error_set(error, "no thread could be started");
    release(holder);
    return NULL;
}

void holder_stop(struct holder *holder)
{
    pthread_mutex_lock(&holder->lock);
    atomic_store(&holder->stop, true);
    pthread_cond_broadcast(&holder->changed);
    pthread_mutex_unlock(&holder->lock);
}

void holder_destroy(struct holder *holder)
{
    if (holder == NULL)
        return;
    holder_stop(holder);
    (void)pthread_join(holder->thread, NULL);
    release(holder);
}

void holder_read(struct holder *holder, struct holder_state *state)
{
    pthread_mutex_lock(&holder->lock);
    *state = holder->state;
    pthread_mutex_unlock(&holder->lock);
}

/* Asks for a look that begins after this call, and waits for its end. */
static int wait_for_look(struct holder *holder, struct holder_state *state, struct error *error)
{
    int64_t deadline = clock_monotonic() + RESIZE_WAIT;
    pthread_mutex_lock(&holder->lock);
    uint64_t ticket = ++holder->wanted;
    pthread_cond_broadcast(&holder->changed);
    while (holder->served < ticket && !atomic_load(&holder->stop) && clock_monotonic() < deadline)
        (void)wait_until(holder, deadline);
    bool served = holder->served >= ticket;
    struct error problem = holder->problem;
    *state = holder->state;
    pthread_mutex_unlock(&holder->lock);
    if (!served)
        return error_set(error, "the file was written and is not mapped yet");
    return problem.text[0] == '\0' ? 0 : error_set(error, "%s", problem.text);
}

int holder_resize(struct holder *holder, int64_t bytes, struct holder_state *state, struct error *error)
{
    pthread_mutex_lock(&holder->resizing);
    int result = size_file_write(holder->settings.path, bytes, error);
    if (result == 0)
        result = wait_for_look(holder, state, error);
    pthread_mutex_unlock(&holder->resizing);
    return result;
}
