/* A load: its threads, and their results made into one. */
#include "driver/load/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <curl/curl.h>

#include "common/memory.h"
#include "driver/load/engine.h"
#include "driver/load/lean_transport.h"
#include "driver/load/proxy.h"
#include "driver/load/result_merge.h"
#include "driver/load/threads.h"

#define OTHER_DESCRIPTORS 64 /* of the process, besides the load's connections */

struct load_thread {
    struct load *load;
    size_t index;
    struct segment *segment; /* NULL = the load's own */
    struct epoch_part *part; /* in place of a segment; NULL = the load has no epochs */
    struct engine *engine;
};

struct load {
    struct load_options options;
    char *resolve_address;
    char *proxy;                 /* NULL = none */
    struct addresses *addresses; /* NULL = none are known, or need to be */
    struct request_mix mix;
    struct result_merge *merge; /* NULL = there is one thread */
    size_t thread_count;
    struct load_thread *threads;
    atomic_size_t ended; /* threads */
};

__attribute__((constructor)) static void start_libcurl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* A connection for which there is no descriptor would look refused by the server. */
static int allow_descriptors(const struct load_spec *spec, struct error *error)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)spec->maximum_connections + OTHER_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return error_set(error, "cannot read the limit of open files: %s", strerror(errno));
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < wanted)
        return error_set(error, "%d connections need %llu open files and the limit is %llu (see ulimit -n)",
                         spec->maximum_connections, (unsigned long long)wanted, (unsigned long long)limit.rlim_cur);
    return 0;
}

static void on_ended(void *context)
{
    const struct load_thread *thread = context;
    if (thread->load->merge != NULL)
        result_merge_end(thread->load->merge, thread->index);
    (void)atomic_fetch_add(&thread->load->ended, 1);
}

static int create_thread(struct load *load, size_t index, struct error *error)
{
    struct load_thread *thread = &load->threads[index];
    size_t count = load->thread_count;
    size_t most = (size_t)load->options.spec->maximum_connections;
    *thread = (struct load_thread){.load = load, .index = index};
    if (count > 1)
        thread->segment = segment_divide(load->options.segment, index, count);
    if (load->options.epochs != NULL)
        thread->part = epoch_part_create(load->options.epochs, index, count);
    const struct engine_options options = {
        .spec = load->options.spec,
        .mix = &load->mix,
        .segment = count > 1 ? thread->segment : load->options.segment,
        .part = thread->part,
        .maximum_connections = (int)(most / count + (index < most % count ? 1 : 0)),
        .transport = load->options.transport,
        .resolve_address = load->options.resolve_address,
        .resolve_port = load->options.resolve_port,
        .proxy = load->proxy,
        .addresses = load->addresses,
        .slow_over = load->options.slow_over,
        .sink = count > 1 ? result_merge_sink(load->merge, index) : load->options.sink,
        .context = thread,
        .ended = on_ended,
    };
    thread->engine = engine_create(&options, error);
    return thread->engine != NULL ? 0 : -1;
}

/* To a host whose address is not given: through a proxy, or to the addresses of its name. */
static void find_way(struct load *load)
{
    const struct load_options *options = &load->options;
    const struct url_template *url = &load->mix.requests[0].url;
    struct in_addr literal;
    if (options->resolve_address != NULL)
        return;
    load->proxy = proxy_of_environment(url);
    if (load->proxy == NULL && inet_pton(AF_INET, url->host, &literal) != 1)
        load->addresses = addresses_create(url->host, &options->spec->dns, options->resolve, options->resolve_context);
}

static int create_threads(struct load *load, struct error *error)
{
    const struct load_options *options = &load->options;
    find_way(load);
    const struct transport_options wanted = {
        .spec = options->spec,
        .mix = &load->mix,
        .url = &load->mix.requests[0].url,
        .resolve_address = options->resolve_address,
        .proxy = load->proxy,
        .addresses = load->addresses,
    };
    bool lean = options->transport != TRANSPORT_CURL && lean_transport_serves(&wanted);
    load->thread_count = load_thread_count(options->spec, lean);
    load->threads = memory_allocate(load->thread_count, sizeof *load->threads);
    if (load->thread_count > 1)
        load->merge = result_merge_create(options->spec, load->thread_count, &options->sink);
    for (size_t i = 0; i < load->thread_count; i++)
        if (create_thread(load, i, error) < 0)
            return -1;
    return 0;
}

struct load *load_create(const struct load_options *options, struct error *error)
{
    struct load *load = memory_allocate(1, sizeof *load);
    load->options = *options;
    load->resolve_address = memory_copy_text(options->resolve_address);
    load->options.resolve_address = load->resolve_address;
    if (allow_descriptors(options->spec, error) == 0 && request_mix_create(options->spec, &load->mix, error) == 0 &&
        create_threads(load, error) == 0)
        return load;
    load_destroy(load);
    return NULL;
}

void load_destroy(struct load *load)
{
    if (load == NULL)
        return;
    for (size_t i = 0; i < load->thread_count; i++) {
        engine_destroy(load->threads[i].engine);
        segment_destroy(load->threads[i].segment);
        epoch_part_destroy(load->threads[i].part);
    }
    free(load->threads);
    result_merge_destroy(load->merge);
    addresses_destroy(load->addresses);
    request_mix_release(&load->mix);
    free(load->resolve_address);
    memory_wipe_text(load->proxy);
    free(load);
}

int load_start(struct load *load, int64_t start_monotonic, struct error *error)
{
    for (size_t i = 0; i < load->thread_count; i++)
        if (engine_prepare(load->threads[i].engine, start_monotonic, error) < 0)
            return -1;
    for (size_t i = 0; i < load->thread_count; i++)
        if (engine_start(load->threads[i].engine, error) < 0) {
            load_stop(load);
            load_join(load);
            return -1;
        }
    return 0;
}

void load_stop(struct load *load)
{
    for (size_t i = 0; i < load->thread_count; i++)
        engine_stop(load->threads[i].engine);
}

bool load_finished(const struct load *load)
{
    return atomic_load(&load->ended) == load->thread_count;
}

void load_join(struct load *load)
{
    for (size_t i = 0; i < load->thread_count; i++)
        engine_join(load->threads[i].engine);
}
