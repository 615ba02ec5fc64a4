#include "driver/analyze/requests.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/memory.h"
#include "driver/analyze/answers.h"
#include "driver/analyze/array.h"
#include "driver/metric/metric_selection.h"

#define MOST_LOADS 100
#define MOST_LISTED 1000 /* requests of a load and checks of a request, whatever a damaged file says */

static void read_tags(const cJSON *object, size_t *count, struct load_label **tags)
{
    const cJSON *tag = NULL;
    cJSON_ArrayForEach (tag, json_get(object, "tags"))
        if (*count < MOST_LISTED)
            *ARRAY_ADD(*tags, *count) = (struct load_label){memory_copy_text(tag->string), memory_copy_text(json_text(tag, ""))};
}

static void read_request(const cJSON *entry, struct request_spec *request)
{
    const cJSON *check = NULL;
    *request = (struct request_spec){.name = memory_copy_text(json_text(json_get(entry, "name"), "")),
                                     .method = memory_copy_text(json_text(json_get(entry, "method"), "GET"))};
    read_tags(entry, &request->tag_count, &request->tags);
    cJSON_ArrayForEach (check, json_get(entry, "checks"))
        if (request->check_count < LOAD_MOST_CHECKS)
            *ARRAY_ADD(request->checks, request->check_count) =
                (struct load_check){.name = memory_copy_text(json_text(check, ""))};
}

static void read_load(const cJSON *entry, struct load_spec *load)
{
    const cJSON *request = NULL;
    bool closed = strcmp(json_text(json_get(entry, "model"), ""), "closed") == 0;
    *load = (struct load_spec){.name = memory_copy_text(json_text(json_get(entry, "name"), "")),
                               .executor = closed ? EXECUTOR_CONSTANT_VUS : EXECUTOR_CONSTANT_ARRIVAL_RATE};
    read_tags(entry, &load->tag_count, &load->tags);
    cJSON_ArrayForEach (request, json_get(entry, "requests"))
        if (load->request_count < MOST_LISTED)
            read_request(request, ARRAY_ADD(load->requests, load->request_count));
}

/* An expectation with labels has a part of the results of its own. */
static void add_selection(struct variant_figures *figures, const char *expectation)
{
    struct comparison comparison;
    struct metric_selection selection;
    if (comparison_parse(expectation, &comparison, NULL) < 0 || comparison.labels[0] == '\0' ||
        metric_selection_init(&selection, comparison.labels, NULL) < 0)
        return;
    *ARRAY_ADD(figures->selections, figures->selection_count) = selection;
}

void requests_init(struct requests *requests, struct variant_figures *figures, struct figures_texts *texts,
                   const struct variant_description *description)
{
    AUTO_JSON cJSON *loads = json_parse(description->load_json, strlen(description->load_json), NULL);
    const cJSON *entry = NULL;
    *requests = (struct requests){.texts = texts, .figures = figures};
    cJSON_ArrayForEach (entry, loads)
        if (requests->load_count < MOST_LOADS)
            read_load(entry, ARRAY_ADD(requests->loads, requests->load_count));
    for (size_t i = 0; i < description->expectation_count; i++)
        add_selection(figures, description->expectations[i]);
}

void requests_release(struct requests *requests)
{
    for (size_t i = 0; i < requests->load_count; i++)
        load_spec_release(&requests->loads[i]);
    free(requests->loads);
}

/* The load of a name; of one that the run does not tell of nothing is known. */
static const struct load_spec *load_of(const struct requests *requests, const char *name)
{
    static const struct load_spec unknown = {.name = NULL};
    for (size_t i = 0; i < requests->load_count; i++)
        if (strcmp(requests->loads[i].name, name) == 0)
            return &requests->loads[i];
    return &unknown;
}

static bool is_warm_up(const char *phase)
{
    return strcmp(phase, LOAD_PHASE_WARM_UP) == 0;
}

void requests_see_tick(struct requests *requests, const char *load, const struct load_tick *tick)
{
    const struct load_spec *spec = load_of(requests, load);
    struct variant_figures *figures = requests->figures;
    if (is_warm_up(tick->phase) && tick->second >= requests->warm_up_until) {
        requests->warm_up_until = tick->second + 1;
        figures->warm_up_seconds++;
    }
    if (!is_warm_up(tick->phase) && load_executor_is_closed(spec->executor))
        vus_range_add(&requests->vus, tick->second, tick->vus);
    for (size_t i = 0; i < figures->selection_count; i++)
        metric_selection_add_tick(&figures->selections[i], spec, tick);
}

static struct request_figures *figures_of(struct requests *requests, const char *load, const struct load_spec *spec,
                                          const struct load_row *row)
{
    struct variant_figures *figures = requests->figures;
    for (size_t i = 0; i < figures->request_count; i++)
        if (strcmp(figures->by_request[i].load, load) == 0 && strcmp(figures->by_request[i].name, row->request) == 0)
            return &figures->by_request[i];
    if (figures->request_count == MOST_LISTED)
        return NULL;
    struct request_figures *entry = ARRAY_ADD(figures->by_request, figures->request_count);
    *entry = (struct request_figures){.load = texts_keep(requests->texts, load),
                                      .name = texts_keep(requests->texts, row->request),
                                      .check_count = row->check_count};
    for (size_t i = 0; i < spec->request_count; i++)
        for (size_t j = 0; j < entry->check_count && strcmp(spec->requests[i].name, row->request) == 0; j++)
            entry->checks[j].name =
                j < spec->requests[i].check_count ? texts_keep(requests->texts, spec->requests[i].checks[j].name) : "";
    return entry;
}

static void add_row(struct request_figures *entry, struct variant_figures *figures, const struct load_row *row)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        entry->lost += load_outcome_is_lost((enum load_outcome)outcome) ? row->outcomes[outcome] : 0;
    entry->ok += row->outcomes[OUTCOME_OK];
    entry->dropped += row->outcomes[OUTCOME_DROPPED];
    histogram_merge(&entry->response_histogram, &row->response);
    histogram_merge(&entry->service_histogram, &row->service);
    for (size_t i = 0; i < row->check_count && i < entry->check_count; i++) {
        entry->checks[i].passes += row->checks[i].passes;
        entry->checks[i].fails += row->checks[i].fails;
        figures->check_passes += row->checks[i].passes;
        figures->checks += row->checks[i].passes + row->checks[i].fails;
    }
}

void requests_see_row(struct requests *requests, const char *load, const struct load_row *row)
{
    const struct load_spec *spec = load_of(requests, load);
    struct variant_figures *figures = requests->figures;
    for (size_t i = 0; i < figures->selection_count; i++)
        metric_selection_add_row(&figures->selections[i], spec, row);
    if (is_warm_up(row->phase))
        return;
    struct request_figures *entry = figures_of(requests, load, spec, row);
    figures->bytes_sent += row->bytes_sent;
    if (entry != NULL)
        add_row(entry, figures, row);
}

void requests_settle(struct requests *requests)
{
    struct variant_figures *figures = requests->figures;
    figures->vus_known = requests->vus.known;
    figures->vus = requests->vus.current;
    figures->vus_minimum = vus_range_minimum(&requests->vus);
    figures->vus_maximum = vus_range_maximum(&requests->vus);
    for (size_t i = 0; i < figures->request_count; i++) {
        struct request_figures *entry = &figures->by_request[i];
        entry->response = answers_summarise(&entry->response_histogram);
        entry->service = answers_summarise(&entry->service_histogram);
    }
}

void requests_release_figures(struct variant_figures *figures)
{
    for (size_t i = 0; i < figures->request_count; i++) {
        histogram_release(&figures->by_request[i].response_histogram);
        histogram_release(&figures->by_request[i].service_histogram);
    }
    for (size_t i = 0; i < figures->selection_count; i++)
        metric_selection_release(&figures->selections[i]);
    free(figures->by_request);
    free(figures->selections);
}
