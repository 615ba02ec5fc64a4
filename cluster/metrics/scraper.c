#include "cluster/metrics/scraper.h"

#include <curl/curl.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "cluster/metrics/scrape_target.h"
#include "cluster/metrics/scraped_pod.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/version.h"

#define MOST_AT_ONCE 16
#define LONGEST_TIMEOUT (10 * NANOSECONDS_PER_SECOND) /* Prometheus's scrape_timeout */

struct scraper {
    struct registry *registry;
    int64_t period;
    CURLM *multi;
    struct curl_slist *headers;
    pthread_t thread;
    pthread_mutex_t lock; /* over what follows */
    bool stopping;
    struct scraped_pod **pods; /* ordered by namespace and name, as the store lists them */
    size_t count;
};

/* One request of a round. */
struct request {
    struct scraped_pod *pod;
    char *url; /* NULL: taken back from curl */
    CURL *easy;
    struct buffer body;
};

struct round {
    struct scraper *scraper;
    struct request *requests; /* one for each of the scraper's pods */
    size_t count;
    size_t started;
    size_t running;
};

static bool is_stopping(struct scraper *scraper)
{
    pthread_mutex_lock(&scraper->lock);
    const bool stopping = scraper->stopping;
    pthread_mutex_unlock(&scraper->lock);
    return stopping;
}

static struct scraped_pod *take_known(struct scraped_pod **pods, size_t count, const char *uid)
{
    for (size_t i = 0; i < count; i++) {
        if (pods[i] != NULL && strcmp(pods[i]->uid, uid) == 0)
            return steal_pointer(&pods[i]);
    }
    return NULL;
}

/* Makes the scraper's pods those that want to be scraped now, and a request for each. */
static void choose_pods(struct scraper *scraper, struct round *round)
{
    AUTO_OBJECT_LIST struct object_list list = {0};
    store_list(registry_store(scraper->registry), RESOURCE_PODS, NULL, &list);
    struct scraped_pod **pods = memory_allocate(list.count + 1, sizeof(struct scraped_pod *));
    round->requests = memory_allocate(list.count + 1, sizeof *round->requests);
    pthread_mutex_lock(&scraper->lock);
    for (size_t i = 0; i < list.count; i++) {
        const struct object *object = list.objects[i];
        char *url = scrape_target_url(object_tree(object));
        if (url == NULL)
            continue;
        struct scraped_pod *pod = take_known(scraper->pods, scraper->count, object_uid(object));
        if (pod == NULL)
            pod = scraped_pod_create(object_namespace(object), object_name(object), object_uid(object));
        pods[round->count] = pod;
        round->requests[round->count++] = (struct request){.pod = pod, .url = url};
    }
    for (size_t i = 0; i < scraper->count; i++)
        scraped_pod_destroy(scraper->pods[i]);
    free(scraper->pods);
    scraper->pods = pods;
    scraper->count = round->count;
    pthread_mutex_unlock(&scraper->lock);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct request *request = context;
    return buffer_append(&request->body, bytes, size * count) == 0 ? size * count : 0;
}

static void start_request(struct round *round, struct request *request)
{
    const struct scraper *scraper = round->scraper;
    int64_t timeout = scraper->period / 3 * 2;
    if (timeout > LONGEST_TIMEOUT)
        timeout = LONGEST_TIMEOUT;
    buffer_init(&request->body, SCRAPER_LONGEST_BODY);
    CURL *easy = curl_easy_init();
    if (easy == NULL)
        return;
    request->easy = easy;
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, scraper->headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "labcluster/" HPALAB_VERSION);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(timeout / NANOSECONDS_PER_MILLISECOND));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_multi_add_handle(scraper->multi, easy);
    round->running++;
}

static void end_request(struct round *round, struct request *request)
{
    if (request->easy != NULL) {
        curl_multi_remove_handle(round->scraper->multi, request->easy);
        curl_easy_cleanup(request->easy);
        request->easy = NULL;
        round->running--;
    }
    buffer_release(&request->body);
}

static void take_answer(struct round *round, struct request *request, CURLcode result)
{
    struct scraper *scraper = round->scraper;
    long code = 0;
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &code);
    size_t most = SCRAPER_MOST_SERIES / round->count;
    if (most > SCRAPER_MOST_SERIES_OF_A_POD)
        most = SCRAPER_MOST_SERIES_OF_A_POD;
    pthread_mutex_lock(&scraper->lock);
    if (result == CURLE_OK && code == 200)
        scraped_pod_take(request->pod, request->body.data, request->body.length, most, clock_wall());
    else
        scraped_pod_miss(request->pod);
    pthread_mutex_unlock(&scraper->lock);
    if (result != CURLE_OK)
        log_info("metrics", "%s/%s: %s: %s", request->pod->namespace, request->pod->name, request->url,
                 request->body.overflowed ? "the answer is too long" : curl_easy_strerror(result));
    else if (code != 200)
        log_info("metrics", "%s/%s: %s: status code %ld", request->pod->namespace, request->pod->name, request->url, code);
}

static void collect_answers(struct round *round)
{
    int waiting;
    const CURLMsg *told;
    while ((told = curl_multi_info_read(round->scraper->multi, &waiting)) != NULL) {
        struct request *request = NULL;
        if (told->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(told->easy_handle, CURLINFO_PRIVATE, (char **)&request);
        take_answer(round, request, told->data.result);
        end_request(round, request);
    }
}

static void scrape_all(struct scraper *scraper)
{
    struct round round = {.scraper = scraper};
    choose_pods(scraper, &round);
    while ((round.started < round.count || round.running > 0) && !is_stopping(scraper)) {
        int running;
        while (round.started < round.count && round.running < MOST_AT_ONCE)
            start_request(&round, &round.requests[round.started++]);
        curl_multi_perform(scraper->multi, &running);
        collect_answers(&round);
        if (round.running > 0)
            curl_multi_poll(scraper->multi, NULL, 0, 1000, NULL);
    }
    for (size_t i = 0; i < round.count; i++) {
        end_request(&round, &round.requests[i]);
        free(round.requests[i].url);
    }
    free(round.requests);
}

static void *run(void *context)
{
    struct scraper *scraper = context;
    prctl(PR_SET_NAME, "scraper");
    int64_t next = clock_monotonic();
    while (!is_stopping(scraper)) {
        const int64_t now = clock_monotonic();
        if (now >= next) {
            scrape_all(scraper);
            next += ((clock_monotonic() - next) / scraper->period + 1) * scraper->period;
        } else {
            /* Ended early by scraper_stop. */
            curl_multi_poll(scraper->multi, NULL, 0, (int)((next - now) / NANOSECONDS_PER_MILLISECOND + 1), NULL);
        }
    }
    return NULL;
}

static void release(struct scraper *scraper)
{
    for (size_t i = 0; i < scraper->count; i++)
        scraped_pod_destroy(scraper->pods[i]);
    free(scraper->pods);
    curl_multi_cleanup(scraper->multi);
    curl_slist_free_all(scraper->headers);
    pthread_mutex_destroy(&scraper->lock);
    free(scraper);
}

struct scraper *scraper_start(struct registry *registry, int64_t period, struct error *error)
{
    CURLM *multi = curl_multi_init();
    if (multi == NULL) {
        (void)error_set(error, "cannot make the transfers of the pods' metrics");
        return NULL;
    }
    struct scraper *scraper = memory_allocate(1, sizeof *scraper);
    *scraper = (struct scraper){.registry = registry, .period = period, .multi = multi};
    scraper->headers = curl_slist_append(NULL, "Accept: text/plain;version=0.0.4");
    pthread_mutex_init(&scraper->lock, NULL);
    const int failure = pthread_create(&scraper->thread, NULL, run, scraper);
    if (failure == 0)
        return scraper;
    (void)error_set(error, "cannot start the thread of the pods' metrics: %s", strerror(failure));
    release(scraper);
    return NULL;
}

void scraper_stop(struct scraper *scraper)
{
    pthread_mutex_lock(&scraper->lock);
    scraper->stopping = true;
    pthread_mutex_unlock(&scraper->lock);
    curl_multi_wakeup(scraper->multi);
    pthread_join(scraper->thread, NULL);
    release(scraper);
}

/* Held far within what a number of milli-units can be. */
static int64_t to_milli(double value)
{
    const double most = 9e15;
    const double milli = isnan(value) ? 0 : value * 1000;
    return (int64_t)(milli > most ? most : milli < -most ? -most : milli);
}

static cJSON *make_value(const struct scraped_pod *pod, const struct scraped_value *value)
{
    char text[CLOCK_TEXT_SIZE];
    cJSON *made = cJSON_CreateObject();
    json_set_text(made, "pod", pod->name);
    json_set_integer(made, "milli", to_milli(value->value));
    json_set_text(made, "timestamp", clock_format_seconds(pod->scraped_wall, text));
    if (value->is_rate)
        json_set_integer(made, "windowSeconds", (pod->window + NANOSECONDS_PER_SECOND / 2) / NANOSECONDS_PER_SECOND);
    return made;
}

cJSON *scraper_values(void *context, const char *namespace, const char *metric, const struct selector *labels)
{
    struct scraper *scraper = context;
    cJSON *values = cJSON_CreateArray();
    bool known = false;
    pthread_mutex_lock(&scraper->lock);
    for (size_t i = 0; i < scraper->count; i++) {
        const struct scraped_pod *pod = scraper->pods[i];
        if (strcmp(pod->namespace, namespace) != 0)
            continue;
        const struct scraped_value value = scraped_pod_value(pod, metric, labels);
        known = known || value.known;
        if (value.has_value)
            cJSON_AddItemToArray(values, make_value(pod, &value));
    }
    pthread_mutex_unlock(&scraper->lock);
    if (known)
        return values;
    cJSON_Delete(values);
    return NULL;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

cJSON *scraper_names(void *context)
{
    struct scraper *scraper = context;
    cJSON *names = cJSON_CreateArray();
    size_t total = 0;
    size_t count = 0;
    pthread_mutex_lock(&scraper->lock);
    for (size_t i = 0; i < scraper->count; i++)
        total += scraper->pods[i]->count;
    AUTO_FREE const char **all = memory_allocate(total + 1, sizeof(char *));
    for (size_t i = 0; i < scraper->count; i++)
        for (size_t j = 0; j < scraper->pods[i]->count; j++)
            all[count++] = scraper->pods[i]->series[j].name;
    qsort(all, count, sizeof(char *), compare_texts);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(all[i], all[i - 1]) != 0)
            cJSON_AddItemToArray(names, cJSON_CreateString(all[i]));
    }
    pthread_mutex_unlock(&scraper->lock);
    return names;
}
