#include "driver/load/vus.h"

#include <math.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/scramble.h"
#include "driver/load/turns.h"

#define THOUGHT_SEED (UINT64_C(1) << 41) /* added: think times are drawn apart from what is sent */

struct vus {
    const struct load_spec *spec;
    const struct segment *segment; /* in force */
    const struct epoch_part *part; /* NULL = the segment stays */
    int64_t next_epoch;            /* when it changes; INT64_MAX = never */
    int64_t end;
    size_t stage; /* of the ramp */
    int64_t stage_begin;
    double level;         /* VUs of the whole load */
    int64_t next_change;  /* of level; INT64_MAX = none any more */
    double next_level;    /* from then on */
    uint64_t round;       /* numbers of requests that are this generator's of as many as there are VUs */
    uint64_t wanted;      /* VUs of this generator */
    uint64_t running;     /* those that have begun and not ended */
    uint64_t begun;       /* VUs, so far */
    uint64_t requests;    /* given out so far */
    uint64_t next_number; /* shared iterations: the first that nobody has looked at */
    uint64_t *left;       /* per-vu-iterations: of each VU */
    struct turns turns;   /* of VUs that think */
    uint64_t *thoughts;   /* think times drawn so far, of each VU; NULL = none is drawn */
    size_t capacity;
    uint32_t *ended; /* a stack of the numbers of VUs that are no more, or not yet */
    size_t ended_count;
};

static double stage_before(const struct vus *vus)
{
    return vus->stage == 0 ? vus->spec->start_rate : vus->spec->stages[vus->stage - 1].target;
}

/* The next whole number of VUs on the line, and when it is reached. */
static void find_change(struct vus *vus)
{
    for (; vus->stage < vus->spec->stage_count; vus->stage++) {
        const struct load_stage *stage = &vus->spec->stages[vus->stage];
        double from = stage_before(vus);
        double next = stage->target > from ? vus->level + 1 : vus->level - 1;
        bool within = stage->target > from ? next <= stage->target : stage->target < from && next >= stage->target;
        if (within) {
            vus->next_level = next;
            vus->next_change = vus->stage_begin + llround((next - from) / (stage->target - from) * (double)stage->duration);
            return;
        }
        vus->stage_begin += stage->duration;
    }
    vus->next_change = INT64_MAX;
}

/* The segment in force, and how many of the VUs are this generator's by it. */
static void divide(struct vus *vus, int64_t now)
{
    bool begun = vus->part == NULL || epoch_part_at(vus->part, now, &vus->segment);
    uint64_t share = segment_share(vus->segment, load_spec_most_vus(vus->spec));
    vus->round = share > 0 ? share : 1;
    vus->wanted = begun ? segment_share(vus->segment, (uint64_t)vus->level) : 0;
    vus->next_epoch = vus->part == NULL ? INT64_MAX : epoch_part_next(vus->part, now);
}

struct vus *vus_create(const struct load_spec *spec, const struct segment *segment, const struct epoch_part *part)
{
    struct vus *vus = memory_allocate(1, sizeof *vus);
    uint64_t most = part != NULL ? load_spec_most_vus(spec) : segment_share(segment, load_spec_most_vus(spec));
    *vus =
        (struct vus){.spec = spec, .segment = segment, .part = part, .end = load_spec_duration(spec), .level = spec->start_rate};
    vus->capacity = most > 0 ? (size_t)most : 1;
    turns_init(&vus->turns, vus->capacity);
    if (spec->think_time_most > spec->think_time)
        vus->thoughts = memory_allocate(vus->capacity, sizeof *vus->thoughts);
    vus->ended = memory_allocate(vus->capacity, sizeof *vus->ended);
    for (; vus->ended_count < vus->capacity; vus->ended_count++)
        vus->ended[vus->ended_count] = (uint32_t)(vus->capacity - 1 - vus->ended_count);
    divide(vus, 0);
    if (spec->executor == EXECUTOR_PER_VU_ITERATIONS) {
        vus->left = memory_allocate(vus->capacity, sizeof *vus->left);
        for (size_t i = 0; i < vus->capacity; i++)
            vus->left[i] = spec->iterations;
    }
    find_change(vus);
    return vus;
}

void vus_destroy(struct vus *vus)
{
    if (vus == NULL)
        return;
    free(vus->left);
    turns_release(&vus->turns);
    free(vus->thoughts);
    free(vus->ended);
    free(vus);
}

static void follow(struct vus *vus, int64_t now)
{
    while (vus->next_change <= now) {
        vus->level = vus->next_level;
        find_change(vus);
    }
    divide(vus, now);
}

const struct segment *vus_segment(const struct vus *vus)
{
    return vus->segment;
}

void vus_follow_epochs(struct vus *vus)
{
    vus->next_epoch = 0; /* at the next look */
}

/* Shared iterations go to the VUs in turn, and so to the generators that have VUs. */
static uint64_t iterations_share(const struct vus *vus)
{
    uint64_t most = load_spec_most_vus(vus->spec);
    return vus->spec->iterations / most * segment_share(vus->segment, most) +
           segment_share(vus->segment, vus->spec->iterations % most);
}

/* The number of the next shared iteration that is this generator's; false when there is none left. */
static bool next_shared(struct vus *vus, uint64_t *number)
{
    uint64_t most = load_spec_most_vus(vus->spec);
    for (; vus->next_number < vus->spec->iterations; vus->next_number++) {
        if (segment_owns(vus->segment, vus->next_number % most)) {
            *number = vus->next_number;
            return true;
        }
    }
    return false;
}

/* Each round of requests has as many numbers as there are VUs, and each generator those of its VUs. */
static uint64_t own_number(const struct vus *vus)
{
    uint64_t most = load_spec_most_vus(vus->spec);
    return vus->requests / vus->round * most + segment_number(vus->segment, vus->requests % vus->round);
}

/* Whether a VU that is running may begin one more request, and the request's number. */
static bool has_iteration(struct vus *vus, uint32_t vu, uint64_t *number)
{
    if (vus->spec->executor == EXECUTOR_SHARED_ITERATIONS)
        return next_shared(vus, number);
    *number = own_number(vus);
    return vus->left == NULL || vus->left[vu] > 0;
}

static void use_iteration(struct vus *vus, uint32_t vu)
{
    vus->requests++;
    vus->next_number++;
    if (vus->left != NULL)
        vus->left[vu]--;
}

/* A VU that begins, while there are fewer than wanted. Those that count their iterations begin once. */
static bool begin_vu(struct vus *vus, uint32_t *vu)
{
    bool counted = vus->spec->executor == EXECUTOR_SHARED_ITERATIONS || vus->left != NULL;
    if (vus->running >= vus->wanted || vus->ended_count == 0 || (counted && vus->begun >= vus->wanted))
        return false;
    *vu = vus->ended[--vus->ended_count];
    vus->begun++;
    vus->running++;
    return true;
}

bool vus_take(struct vus *vus, int64_t now, uint32_t *vu, uint64_t *number)
{
    if (now < 0 || now >= vus->end)
        return false;
    if (vus->next_change <= now || vus->next_epoch <= now)
        follow(vus, now);
    for (;;) {
        bool turn = turns_next(&vus->turns) <= now;
        if (turn)
            *vu = turns_pop(&vus->turns).vu;
        else if (!begin_vu(vus, vu))
            return false;
        if (vus->running <= vus->wanted && has_iteration(vus, *vu, number)) {
            use_iteration(vus, *vu);
            return true;
        }
        vus->ended[vus->ended_count++] = *vu;
        vus->running--;
    }
}

static int64_t think_time(const struct vus *vus, uint32_t vu)
{
    const struct load_spec *spec = vus->spec;
    if (vus->thoughts == NULL)
        return spec->think_time;
    bool divided = segment_share(vus->segment, load_spec_most_vus(spec)) > 0;
    uint64_t number = divided ? segment_number(vus->segment, vu) : vu; /* a part may have become empty */
    uint64_t drawn = scramble_at(spec->seed + THOUGHT_SEED, number, vus->thoughts[vu]++);
    return spec->think_time + (int64_t)(drawn % (uint64_t)(spec->think_time_most - spec->think_time + 1));
}

void vus_give_back(struct vus *vus, uint32_t vu, int64_t now)
{
    turns_push(&vus->turns, vu, now + think_time(vus, vu));
}

int64_t vus_next_turn(const struct vus *vus)
{
    int64_t next = vus->next_change < vus->end ? vus->next_change : vus->end;
    if (vus->next_epoch < next)
        next = vus->next_epoch;
    if (vus->requests == 0 && vus->wanted > 0)
        next = 0;
    return turns_next(&vus->turns) < next ? turns_next(&vus->turns) : next;
}

bool vus_are_over(const struct vus *vus, int64_t now)
{
    if (now >= vus->end)
        return true;
    if (vus->part != NULL && vus->running == 0 && epoch_part_is_over(vus->part, now))
        return true;
    if (vus->spec->executor == EXECUTOR_SHARED_ITERATIONS && vus->requests == iterations_share(vus))
        return true;
    return vus->left != NULL &&
           vus->requests == segment_share(vus->segment, load_spec_most_vus(vus->spec)) * vus->spec->iterations;
}

uint64_t vus_count(const struct vus *vus)
{
    return vus->running;
}
