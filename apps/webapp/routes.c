#include "apps/webapp/routes.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/webapp/burn.h"
#include "common/clock.h"

#define POST_PREFIX "/post/"
#define ID_DIGITS_MAXIMUM 18

typedef void route_handler(struct pod *pod, const struct request_line *request, struct answer *answer);

struct route {
    const char *path;
    const char *allow; /* methods */
    route_handler *handle;
};

static const char *parameter_value(const struct request_line *request, const char *name)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return request->parameters[i].value;
    return NULL;
}

/* Every parameter is one of names and comes once; else fills in the 400 and returns -1. */
static int check_parameters(const struct request_line *request, const char *const *names, struct answer *answer)
{
    for (size_t i = 0; i < request->parameter_count; i++) {
        const char *name = request->parameters[i].name;
        size_t known = 0;
        while (names[known] != NULL && strcmp(names[known], name) != 0)
            known++;
        if (names[known] == NULL) {
            answer_error(answer, 400, "unknown parameter \"%.40s\"", name);
            return -1;
        }
        for (size_t other = 0; other < i; other++) {
            if (strcmp(request->parameters[other].name, name) == 0) {
                answer_error(answer, 400, "parameter \"%s\" is given twice", name);
                return -1;
            }
        }
    }
    return 0;
}

/* Reads decimal digits of at most ID_DIGITS_MAXIMUM places; -1 for anything else. */
static int64_t read_digits(const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    if (length == 0 || length > ID_DIGITS_MAXIMUM || strspn(text, "0123456789") != length)
        return -1;
    return strtoll(text, NULL, 10);
}

/* -1 with the 400 filled in when the parameter is missing or out of its range, which begins with 1. */
static int64_t read_amount(const struct request_line *request, const char *name, int64_t maximum, struct answer *answer)
{
    int64_t amount = read_digits(parameter_value(request, name));
    if (amount >= 1 && amount <= maximum)
        return amount;
    answer_error(answer, 400, "parameter \"%s\" must be a whole number from 1 to %lld", name, (long long)maximum);
    return -1;
}

static void answer_post(struct pod *pod, const struct request_line *request, struct answer *answer)
{
    int64_t id = read_digits(request->path + strlen(POST_PREFIX));
    if (id < 0) {
        answer_error(answer, 400, "a post's id is a whole number of at most %d digits", ID_DIGITS_MAXIMUM);
        return;
    }
    answer->cache = cache_use(pod->cache, (uint64_t)id);
    int64_t built = answer->cache == CACHE_MISS ? clock_thread_cpu() : request->thread_cpu;
    burn_cpu_until(built + pod->options.request_cpu);
    burn_wait(pod->options.request_wait);
    buffer_append_format(&answer->body, "{\"id\": %lld, \"title\": \"Post %lld\", \"pod\": \"%s\"}\n", (long long)id,
                         (long long)id, pod->options.pod_name);
}

static void answer_ready(struct pod *pod, const struct request_line *request, struct answer *answer)
{
    static const char *const names[] = {"warm", NULL};
    if (check_parameters(request, names, answer) < 0)
        return;
    const char *warm = request->parameter_count > 0 ? parameter_value(request, "warm") : "0";
    if (warm == NULL || (strcmp(warm, "0") != 0 && strcmp(warm, "1") != 0))
        answer_error(answer, 400, "parameter \"warm\" must be 0 or 1");
    else if (atomic_load(&pod->terminating))
        answer_error(answer, 503, "terminating");
    else if (warm[0] == '0' || cache_is_warm(pod->cache))
        buffer_append_text(&answer->body, "{\"status\": \"ready\"}\n");
    else if (cache_start_warming(pod->cache) < 0)
        answer_error(answer, 503, "no thread could be started to build the cache");
    else
        answer_error(answer, 503, "the cache is being built");
}

static void answer_live(struct pod *pod, const struct request_line *request, struct answer *answer)
{
    (void)pod;
    (void)request;
    buffer_append_text(&answer->body, "{\"status\": \"alive\"}\n");
}

static void answer_metrics(struct pod *pod, const struct request_line *request, struct answer *answer)
{
    (void)request;
    struct cache_counts counts = cache_counts(pod->cache);
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_print(pod->metrics, &counts, &answer->body);
}

static void answer_load_cpu(struct pod *pod, const struct request_line *request, struct answer *answer)
{
    static const char *const names[] = {"millicores", "seconds", NULL};
    struct error error = ERROR_NONE;
    if (check_parameters(request, names, answer) < 0)
        return;
    int64_t millicores = read_amount(request, "millicores", LOAD_MILLICORES_MAXIMUM, answer);
    int64_t seconds = millicores < 0 ? -1 : read_amount(request, "seconds", LOAD_SECONDS_MAXIMUM, answer);
    if (seconds < 0)
        return;
    if (loads_start_cpu(pod->loads, millicores, seconds * NANOSECONDS_PER_SECOND, &error) < 0)
        answer_error(answer, 503, "%s", error.text);
    else
        buffer_append_format(&answer->body, "{\"millicores\": %lld, \"seconds\": %lld}\n", (long long)millicores,
                             (long long)seconds);
}

static void answer_load_memory(struct pod *pod, const struct request_line *request, struct answer *answer)
{
    static const char *const names[] = {"mib", "seconds", NULL};
    struct error error = ERROR_NONE;
    if (check_parameters(request, names, answer) < 0)
        return;
    int64_t mib = read_amount(request, "mib", LOAD_MIB_MAXIMUM, answer);
    int64_t seconds = mib < 0 ? -1 : read_amount(request, "seconds", LOAD_SECONDS_MAXIMUM, answer);
    if (seconds < 0)
        return;
    if (loads_start_memory(pod->loads, mib, seconds * NANOSECONDS_PER_SECOND, &error) < 0)
        answer_error(answer, 503, "%s", error.text);
    else
        buffer_append_format(&answer->body, "{\"mib\": %lld, \"seconds\": %lld}\n", (long long)mib, (long long)seconds);
}

static const struct route routes[] = {
    {"/readyz", "GET, HEAD", answer_ready},       {"/livez", "GET, HEAD", answer_live},
    {"/metrics", "GET, HEAD", answer_metrics},    {"/load/cpu", "POST", answer_load_cpu},
    {"/load/memory", "POST", answer_load_memory},
};

static const struct route post_route = {POST_PREFIX, "GET, HEAD", answer_post};

static const struct route *find_route(const char *path)
{
    size_t prefix = strlen(POST_PREFIX);
    if (strncmp(path, POST_PREFIX, prefix) == 0 && strchr(path + prefix, '/') == NULL)
        return &post_route;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(path, routes[i].path) == 0)
            return &routes[i];
    return NULL;
}

/* methods: "GET, HEAD" */
static bool method_allowed(const char *method, const char *methods)
{
    size_t length = strlen(method);
    for (const char *at = methods; *at != '\0'; at += strspn(at, ", ")) {
        size_t name = strcspn(at, ",");
        if (name == length && strncmp(at, method, name) == 0)
            return true;
        at += name;
    }
    return false;
}

bool routes_hang(const struct pod *pod)
{
    return pod->options.hang_after > 0 && atomic_load(&pod->pages) > pod->options.hang_after;
}

static void hang_if_due(const struct pod *pod)
{
    while (routes_hang(pod))
        pause();
}

void routes_answer(struct pod *pod, const struct request_line *request, struct answer *answer)
{
    const struct route *route = find_route(request->path);
    if (route == &post_route)
        atomic_fetch_add(&pod->pages, 1);
    hang_if_due(pod);
    if (!atomic_load(&pod->booted)) {
        answer_error(answer, 503, "booting");
    } else if (route == NULL) {
        answer_error(answer, 404, "no such path");
    } else if (!method_allowed(request->method, route->allow)) {
        answer_error(answer, 405, "method not allowed; use %s", route->allow);
        answer->allow = route->allow;
    } else {
        route->handle(pod, request, answer);
    }
}
