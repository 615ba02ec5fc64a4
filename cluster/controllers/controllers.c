#include "cluster/controllers/controllers.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cluster/controllers/choice.h"
#include "cluster/controllers/cron_job.h"
#include "cluster/controllers/deployment.h"
#include "cluster/controllers/endpointslice.h"
#include "cluster/controllers/garbage_collector.h"
#include "cluster/controllers/horizontal.h"
#include "cluster/controllers/job.h"
#include "cluster/controllers/job_time_to_live.h"
#include "cluster/controllers/namespace.h"
#include "cluster/controllers/node_lifecycle.h"
#include "cluster/controllers/pod_disruption_budget.h"
#include "cluster/controllers/pod_garbage_collector.h"
#include "cluster/controllers/replicaset.h"
#include "cluster/controllers/runtime.h"
#include "cluster/controllers/scheduler.h"
#include "cluster/controllers/service_account.h"
#include "cluster/controllers/statefulset.h"
#include "cluster/controllers/taint_eviction.h"
#include "cluster/controllers/volume_binder.h"
#include "common/clock.h"
#include "common/log.h"

struct controllers {
    struct runtime *runtime;
    pthread_t thread;
    int stop; /* an eventfd */
};

/* Milliseconds to wait, rounded up so that nothing wakes before it is due. */
static int wait_until(int64_t due, int64_t now)
{
    if (due <= now)
        return 0;
    int64_t milliseconds = (due - now) / NANOSECONDS_PER_MILLISECOND + 1;
    return due == INT64_MAX ? -1 : milliseconds > 3600 * 1000 ? 3600 * 1000 : (int)milliseconds;
}

static void *run(void *argument)
{
    struct controllers *controllers = argument;
    for (;;) {
        int64_t due = runtime_step(controllers->runtime, clock_monotonic(), clock_wall());
        struct pollfd wanted[2] = {{.fd = controllers->stop, .events = POLLIN},
                                   {.fd = runtime_descriptor(controllers->runtime), .events = POLLIN}};
        if (poll(wanted, 2, wait_until(due, clock_monotonic())) < 0 && errno != EINTR) {
            log_error("controllers", "poll: %s", strerror(errno));
            return NULL;
        }
        if (wanted[0].revents != 0)
            return NULL;
    }
}

static const struct controller_functions *const all[] = {
    /* first: others make pods, which need an account */
    &service_account_functions,
    &scheduler_functions,
    &namespace_functions,
    &garbage_collector_functions,
    &deployment_functions,
    &replicaset_functions,
    &endpointslice_functions,
    &horizontal_functions,
    &statefulset_functions,
    &job_functions,
    &job_time_to_live_functions,
    &cron_job_functions,
    &node_lifecycle_functions,
    &taint_eviction_functions,
    &pod_garbage_collector_functions,
    &volume_binder_functions,
    &pod_disruption_budget_functions,
};
#define CONTROLLER_COUNT (sizeof all / sizeof all[0])

int controllers_check(const char *list, struct error *error)
{
    const char *names[CONTROLLER_COUNT];
    for (size_t i = 0; i < CONTROLLER_COUNT; i++)
        names[i] = all[i]->name;
    return controller_choice_check(list, names, CONTROLLER_COUNT, error);
}

struct controllers *controllers_start(const struct controllers_options *options, struct error *error)
{
    const struct controller_functions *chosen[CONTROLLER_COUNT];
    struct controllers *controllers = memory_allocate(1, sizeof *controllers);
    size_t count = 0;
    for (size_t i = 0; i < CONTROLLER_COUNT; i++) {
        if (controller_is_chosen(options->controllers, all[i]->name))
            chosen[count++] = all[i];
    }
    controllers->stop = eventfd(0, EFD_CLOEXEC);
    if (controllers->stop < 0) {
        (void)error_set(error, "cannot start the controllers: %s", strerror(errno));
        free(controllers);
        return NULL;
    }
    controllers->runtime =
        runtime_create(options->registry, &options->periods, &options->node, chosen, count, clock_monotonic(), clock_wall());
    controllers->runtime->authority_certificate = options->authority_certificate;
    int failure = pthread_create(&controllers->thread, NULL, run, controllers);
    if (failure != 0) {
        (void)error_set(error, "cannot start the controllers' thread: %s", strerror(failure));
        runtime_destroy(controllers->runtime);
        close(controllers->stop);
        free(controllers);
        return NULL;
    }
    (void)pthread_setname_np(controllers->thread, "controllers");
    return controllers;
}

void controllers_stop(struct controllers *controllers)
{
    if (controllers == NULL)
        return;
    uint64_t one = 1;
    if (write(controllers->stop, &one, sizeof one) != (ssize_t)sizeof one)
        log_error("controllers", "cannot wake the thread: %s", strerror(errno));
    pthread_join(controllers->thread, NULL);
    runtime_destroy(controllers->runtime);
    close(controllers->stop);
    free(controllers);
}
