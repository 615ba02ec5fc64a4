#include "driver/load/uring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define PREPARED_PLACES 2048u
#define DONE_PLACES 8192u
#define BUFFERS 256u /* a power of two */

/* A ring as the kernel lays it out. */
struct shared_ring {
    unsigned *head, *tail;
    unsigned mask;
};

struct uring {
    int descriptor;
    bool enabled; /* by the thread that uses it, which the kernel then holds it to */
    void *rings;
    size_t rings_size;
    struct shared_ring prepared, done;
    struct io_uring_sqe *prepared_places;
    const struct io_uring_cqe *done_places;
    unsigned prepared_tail; /* of which the kernel has been told up to *prepared.tail */
    struct io_uring_buf_ring *buffers;
    char *bytes;
    uint16_t buffers_tail;
};

static int uring_enter(const struct uring *uring, unsigned submit, unsigned wait, const struct io_uring_getevents_arg *limit)
{
    unsigned flags = IORING_ENTER_GETEVENTS | (limit != NULL ? IORING_ENTER_EXT_ARG : 0);
    return (int)syscall(__NR_io_uring_enter, uring->descriptor, submit, wait, flags, limit, limit != NULL ? sizeof *limit : 0);
}

static int uring_register(const struct uring *uring, unsigned what, void *argument, unsigned count)
{
    return (int)syscall(__NR_io_uring_register, uring->descriptor, what, argument, count);
}

static struct shared_ring ring_at(char *rings, unsigned head, unsigned tail, unsigned mask)
{
    return (struct shared_ring){
        .head = (void *)(rings + head), .tail = (void *)(rings + tail), .mask = *(const unsigned *)(const void *)(rings + mask)};
}

static int map_rings(struct uring *uring, const struct io_uring_params *given)
{
    size_t prepared_size = given->sq_off.array + given->sq_entries * sizeof(unsigned);
    size_t done_size = given->cq_off.cqes + given->cq_entries * sizeof(struct io_uring_cqe);
    int protection = PROT_READ | PROT_WRITE;
    uring->rings_size = prepared_size > done_size ? prepared_size : done_size;
    uring->rings = mmap(NULL, uring->rings_size, protection, MAP_SHARED | MAP_POPULATE, uring->descriptor, IORING_OFF_SQ_RING);
    uring->prepared_places = mmap(NULL, PREPARED_PLACES * sizeof(struct io_uring_sqe), protection, MAP_SHARED | MAP_POPULATE,
                                  uring->descriptor, IORING_OFF_SQES);
    if (uring->rings == MAP_FAILED || uring->prepared_places == MAP_FAILED)
        return -1;
    char *rings = uring->rings;
    unsigned *array = (void *)(rings + given->sq_off.array);
    uring->prepared = ring_at(rings, given->sq_off.head, given->sq_off.tail, given->sq_off.ring_mask);
    uring->done = ring_at(rings, given->cq_off.head, given->cq_off.tail, given->cq_off.ring_mask);
    uring->done_places = (void *)(rings + given->cq_off.cqes);
    for (unsigned i = 0; i < given->sq_entries; i++)
        array[i] = i;
    return 0;
}

static int make_buffers(struct uring *uring)
{
    size_t size = BUFFERS * sizeof(struct io_uring_buf);
    uring->buffers = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (uring->buffers == MAP_FAILED)
        return -1;
    struct io_uring_buf_reg registration = {.ring_addr = (uint64_t)(uintptr_t)uring->buffers, .ring_entries = BUFFERS};
    if (uring_register(uring, IORING_REGISTER_PBUF_RING, &registration, 1) < 0)
        return -1;
    uring->bytes = memory_allocate(BUFFERS, URING_BUFFER_SIZE);
    for (unsigned i = 0; i < BUFFERS; i++)
        uring_give_back(uring, i);
    return 0;
}

struct uring *uring_create(struct error *error)
{
    struct uring *uring = memory_allocate(1, sizeof *uring);
    struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
                                                  IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_R_DISABLED,
                                         .cq_entries = DONE_PLACES};
    const unsigned wanted = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG;
    uring->rings = uring->prepared_places = MAP_FAILED;
    uring->buffers = MAP_FAILED;
    uring->descriptor = (int)syscall(__NR_io_uring_setup, PREPARED_PLACES, &parameters);
    if (uring->descriptor >= 0 && (parameters.features & wanted) == wanted && map_rings(uring, &parameters) == 0 &&
        make_buffers(uring) == 0)
        return uring;
    (void)error_set(error, "io_uring does not work here: %s", strerror(errno));
    uring_destroy(uring);
    return NULL;
}

void uring_destroy(struct uring *uring)
{
    if (uring == NULL)
        return;
    memory_close_descriptor(&uring->descriptor);
    if (uring->rings != MAP_FAILED)
        (void)munmap(uring->rings, uring->rings_size);
    if (uring->prepared_places != MAP_FAILED)
        (void)munmap(uring->prepared_places, PREPARED_PLACES * sizeof(struct io_uring_sqe));
    if (uring->buffers != MAP_FAILED)
        (void)munmap(uring->buffers, BUFFERS * sizeof(struct io_uring_buf));
    free(uring->bytes);
    free(uring);
}

static unsigned not_handed_over(const struct uring *uring)
{
    return uring->prepared_tail - __atomic_load_n(uring->prepared.head, __ATOMIC_ACQUIRE);
}

struct io_uring_sqe *uring_prepare(struct uring *uring)
{
    while (not_handed_over(uring) == PREPARED_PLACES)
        uring_submit(uring, 0);
    struct io_uring_sqe *place = &uring->prepared_places[uring->prepared_tail++ & uring->prepared.mask];
    memset(place, 0, sizeof *place);
    return place;
}

void uring_submit(struct uring *uring, int64_t longest)
{
    const struct __kernel_timespec time = {.tv_sec = longest / NANOSECONDS_PER_SECOND,
                                           .tv_nsec = longest % NANOSECONDS_PER_SECOND};
    const struct io_uring_getevents_arg limit = {.ts = (uint64_t)(uintptr_t)&time};
    if (!uring->enabled && uring_register(uring, IORING_REGISTER_ENABLE_RINGS, NULL, 0) == 0)
        uring->enabled = true;
    __atomic_store_n(uring->prepared.tail, uring->prepared_tail, __ATOMIC_RELEASE);
    (void)uring_enter(uring, not_handed_over(uring), longest > 0 ? 1 : 0, longest > 0 ? &limit : NULL);
}

bool uring_next(struct uring *uring, struct io_uring_cqe *done)
{
    unsigned head = *uring->done.head;
    if (head == __atomic_load_n(uring->done.tail, __ATOMIC_ACQUIRE))
        return false;
    *done = uring->done_places[head & uring->done.mask];
    __atomic_store_n(uring->done.head, head + 1, __ATOMIC_RELEASE);
    return true;
}

const char *uring_buffer(const struct uring *uring, unsigned number)
{
    return uring->bytes + (size_t)number * URING_BUFFER_SIZE;
}

void uring_give_back(struct uring *uring, unsigned number)
{
    struct io_uring_buf *place = &uring->buffers->bufs[uring->buffers_tail & (BUFFERS - 1)];
    place->addr = (uint64_t)(uintptr_t)uring_buffer(uring, number);
    place->len = URING_BUFFER_SIZE;
    place->bid = (uint16_t)number;
    __atomic_store_n(&uring->buffers->tail, ++uring->buffers_tail, __ATOMIC_RELEASE);
}
