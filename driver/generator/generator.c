#include "driver/generator/generator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/generator/generator_state.h"

#define OK 200
#define WRONG 400
#define CONFLICT 409
#define FAULT 500
#define LONGEST_WAIT (7 * 24 * 3600 * NANOSECONDS_PER_SECOND) /* between now and a start, either way */

struct generator *generator_create(unsigned part)
{
    struct generator *generator = memory_allocate(1, sizeof *generator);
    (void)pthread_mutex_init(&generator->lock, NULL);
    generator->first_part = part;
    generator->end_by = INT64_MAX;
    return generator;
}

static void lock(struct generator *generator)
{
    (void)pthread_mutex_lock(&generator->lock);
}

static void unlock(struct generator *generator)
{
    (void)pthread_mutex_unlock(&generator->lock);
}

static void release_plan(struct generator *generator)
{
    for (size_t i = 0; i < generator->load_count; i++)
        sent_load_destroy(generator->loads[i]);
    free(generator->loads);
    generator->loads = NULL;
    generator->load_count = 0;
    result_queue_destroy(generator->queue);
    generator->queue = NULL;
    epochs_destroy(generator->epochs);
    generator->epochs = NULL;
    wire_plan_release(&generator->plan);
    free(generator->head);
    generator->head = NULL;
    generator->looks = generator->late_looks = 0;
    generator->at = generator->elapsed = generator->completed = 0;
    generator->error = ERROR_NONE;
    generator->stopping = false;
    generator->state = WIRE_IDLE;
}

void generator_destroy(struct generator *generator)
{
    if (generator == NULL)
        return;
    release_plan(generator);
    (void)pthread_mutex_destroy(&generator->lock);
    free(generator);
}

unsigned generator_part(const struct generator *generator)
{
    return generator->state == WIRE_IDLE ? generator->first_part : generator->plan.part;
}

static int refuse(int status, struct error *error, const char *text)
{
    (void)error_set(error, "%s", text);
    return status;
}

/* The plan without its epochs. */
static char *head_of(const struct wire_plan *plan, struct error *error)
{
    struct wire_plan head = *plan;
    head.epoch_count = 0;
    return wire_plan_write(&head, error);
}

static bool is_same_epoch(const struct wire_epoch *left, const struct wire_epoch *right)
{
    if (left->from != right->from || left->index != right->index || left->count != right->count ||
        (left->weights == NULL) != (right->weights == NULL))
        return false;
    return left->weights == NULL || memcmp(left->weights, right->weights, left->count * sizeof *left->weights) == 0;
}

static int add_epoch(struct epochs *epochs, const struct wire_epoch *epoch, struct error *error)
{
    struct segment *segment = segment_create(epoch->index, epoch->count, epoch->weights, error);
    return segment == NULL ? -1 : epochs_add(epochs, epoch->from, segment, error);
}

static bool counts_iterations(const struct wire_plan *plan)
{
    for (size_t i = 0; i < plan->load_count; i++) {
        enum load_executor executor = plan->loads[i].spec.executor;
        if (executor == EXECUTOR_SHARED_ITERATIONS || executor == EXECUTOR_PER_VU_ITERATIONS)
            return true;
    }
    return false;
}

/* Takes the plan, and makes everything ready. */
static int take_plan(struct generator *generator, struct wire_plan *plan_take, struct error *error)
{
    release_plan(generator);
    generator->plan = *plan_take;
    *plan_take = (struct wire_plan){.part = 0};
    struct wire_plan *plan = &generator->plan;
    generator->head = head_of(plan, error);
    if (generator->head == NULL)
        return -1;
    generator->epochs = epochs_create();
    for (size_t i = 0; i < plan->epoch_count; i++)
        if (add_epoch(generator->epochs, &plan->epochs[i], error) < 0)
            return -1;
    if (counts_iterations(plan))
        epochs_close(generator->epochs);
    generator->queue = result_queue_create(plan->load_count, RESULT_QUEUE_MAXIMUM);
    generator->loads = memory_allocate(plan->load_count, sizeof(struct sent_load *));
    for (; generator->load_count < plan->load_count; generator->load_count++) {
        const struct sent_load_options options = {.plan = &plan->loads[generator->load_count],
                                                  .epochs = generator->epochs,
                                                  .first_epoch = plan->epochs[0].from,
                                                  .queue = generator->queue,
                                                  .place = generator->load_count};
        generator->loads[generator->load_count] = sent_load_create(&options, error);
        if (generator->loads[generator->load_count] == NULL)
            return error_context(error, "plan: loads[%zu]", generator->load_count);
    }
    generator->state = WIRE_PLANNED;
    return 0;
}

/* Epochs that are new; each must begin late enough for all generators to know it by then. */
static int take_epochs(struct generator *generator, struct wire_plan *plan, struct error *error)
{
    struct wire_plan *known = &generator->plan;
    size_t both = known->epoch_count < plan->epoch_count ? known->epoch_count : plan->epoch_count;
    for (size_t i = 0; i < both; i++)
        if (!is_same_epoch(&known->epochs[i], &plan->epochs[i]))
            return refuse(CONFLICT, error, "plan: an epoch that is known may not change");
    if (plan->epoch_count <= known->epoch_count)
        return OK;
    if (generator->state != WIRE_PLANNED && generator->state != WIRE_RUNNING)
        return refuse(CONFLICT, error, "plan: the load is over");
    int64_t earliest = clock_monotonic() - generator->start + WIRE_EPOCH_NOTICE;
    if (generator->state == WIRE_RUNNING && plan->epochs[both].from < earliest)
        return refuse(CONFLICT, error, "plan: an epoch must begin at least 2 s after it is told");
    for (size_t i = both; i < plan->epoch_count; i++)
        if (add_epoch(generator->epochs, &plan->epochs[i], error) < 0)
            return CONFLICT;
    if (generator->state == WIRE_RUNNING && clock_monotonic() - generator->start >= plan->epochs[both].from)
        (void)error_set(&generator->error, "this generator stood still, and knew an epoch when it had begun");
    struct wire_epoch *epochs = known->epochs;
    size_t count = known->epoch_count;
    known->epochs = plan->epochs;
    known->epoch_count = plan->epoch_count;
    plan->epochs = epochs;
    plan->epoch_count = count;
    return OK;
}

static int plan_locked(struct generator *generator, struct wire_plan *plan, struct error *error)
{
    generator->asked = clock_monotonic();
    if (generator->state != WIRE_IDLE && strcmp(plan->id, generator->plan.id) == 0) {
        AUTO_FREE char *head = head_of(plan, error);
        if (head == NULL || strcmp(head, generator->head) != 0)
            return refuse(CONFLICT, error, "plan: there is another one with that id");
        return take_epochs(generator, plan, error);
    }
    if (generator->terminating)
        return refuse(CONFLICT, error, "plan: this generator is about to end");
    if (generator->state == WIRE_RUNNING)
        return refuse(CONFLICT, error, "plan: another one runs");
    if (take_plan(generator, plan, error) == 0)
        return OK;
    release_plan(generator);
    return WRONG;
}

int generator_plan(struct generator *generator, const char *text, size_t length, struct error *error)
{
    struct wire_plan plan;
    if (wire_plan_read(text, length, &plan, error) < 0)
        return WRONG;
    lock(generator);
    int status = plan_locked(generator, &plan, error);
    unlock(generator);
    wire_plan_release(&plan);
    return status;
}

static void end_loads(struct generator *generator)
{
    for (size_t i = 0; i < generator->load_count; i++)
        sent_load_end(generator->loads[i]);
}

static int start_loads(struct generator *generator, int64_t at, struct error *error)
{
    generator->at = at;
    generator->start = clock_monotonic() + (at - clock_wall());
    generator->settle_at = generator->start + NANOSECONDS_PER_SECOND;
    generator->state = WIRE_RUNNING;
    for (size_t i = 0; i < generator->load_count; i++) {
        if (sent_load_start(generator->loads[i], generator->start, error) == 0)
            continue;
        end_loads(generator);
        generator->state = WIRE_FAILED;
        generator->error = *error;
        return FAULT;
    }
    return OK;
}

static int start_locked(struct generator *generator, const struct wire_start *start, struct error *error)
{
    if (generator->state == WIRE_IDLE || strcmp(start->plan, generator->plan.id) != 0)
        return refuse(CONFLICT, error, "start: there is no plan of that id");
    if (generator->state != WIRE_PLANNED && generator->at == start->at)
        return OK;
    if (generator->state != WIRE_PLANNED)
        return refuse(CONFLICT, error, "start: this plan has been started before");
    if (generator->terminating)
        return refuse(CONFLICT, error, "start: this generator is about to end");
    int64_t ahead = start->at - clock_wall();
    if (ahead > LONGEST_WAIT || ahead < -LONGEST_WAIT)
        return refuse(WRONG, error, "start: at: expected a moment within seven days from now");
    int64_t first = ahead + generator->plan.epochs[0].from;
    if (first < -GENERATOR_START_GRACE) {
        (void)error_set(error, "start: at: that moment was %.3f s ago by this generator's clock",
                        -(double)first / (double)NANOSECONDS_PER_SECOND);
        return WRONG;
    }
    return start_loads(generator, start->at, error);
}

int generator_start(struct generator *generator, const char *text, size_t length, struct error *error)
{
    struct wire_start start;
    if (wire_start_read(text, length, &start, error) < 0)
        return WRONG;
    lock(generator);
    int status = start_locked(generator, &start, error);
    unlock(generator);
    return status;
}

static void stop_locked(struct generator *generator)
{
    if (generator->state == WIRE_PLANNED)
        generator->state = WIRE_STOPPED;
    if (generator->state != WIRE_RUNNING)
        return;
    generator->stopping = true;
    for (size_t i = 0; i < generator->load_count; i++)
        sent_load_stop(generator->loads[i]);
}

void generator_stop(struct generator *generator)
{
    lock(generator);
    stop_locked(generator);
    unlock(generator);
}

int generator_results(struct generator *generator, uint64_t since, struct buffer *text, struct error *error)
{
    int status = OK;
    bool complete = false;
    lock(generator);
    generator->asked = clock_monotonic();
    if (generator->queue == NULL)
        status = refuse(CONFLICT, error, "results: there is no plan");
    else if (result_queue_answer(generator->queue, since, generator_part(generator), text, &complete, error) < 0)
        status = WRONG;
    if (complete && generator->completed == 0)
        generator->completed = clock_monotonic();
    unlock(generator);
    return status;
}

void generator_terminate(struct generator *generator)
{
    lock(generator);
    if (!generator->terminating) {
        generator->terminating = true;
        if (generator->state == WIRE_RUNNING && generator->plan.drain > 0) {
            generator->end_by = clock_monotonic() + generator->plan.drain;
        } else {
            stop_locked(generator);
            generator->end_by = clock_monotonic() + GENERATOR_FETCH_GRACE;
        }
    }
    unlock(generator);
}

bool generator_is_terminating(struct generator *generator)
{
    lock(generator);
    bool terminating = generator->terminating;
    unlock(generator);
    return terminating;
}
