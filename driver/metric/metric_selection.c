#include "driver/metric/metric_selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int metric_selection_init(struct metric_selection *selection, const char *labels, struct error *error)
{
    *selection = (struct metric_selection){.all = true};
    return label_filter_parse(labels, &selection->filter, error);
}

void metric_selection_release(struct metric_selection *selection)
{
    histogram_release(&selection->response);
    histogram_release(&selection->service);
    histogram_release(&selection->lateness);
}

int metric_selection_check(const struct metric_selection *selection, const char *metric, struct error *error)
{
    static const char *const of_requests[] = {"name", "server", "warmth", "method", "check", "status", "expected_response"};
    bool by_second = strcmp(metric, "lateness") == 0 || strcmp(metric, "vus") == 0;
    const char *expected = label_filter_value(&selection->filter, "expected_response");
    for (size_t i = 0; i < sizeof of_requests / sizeof *of_requests && by_second; i++)
        if (label_filter_value(&selection->filter, of_requests[i]) != NULL)
            return error_set(error, "%s is counted by the second and has no label %s", metric, of_requests[i]);
    if (label_filter_value(&selection->filter, "check") != NULL && strcmp(metric, "checks") != 0)
        return error_set(error, "%s has no label check; checks has", metric);
    if (label_filter_value(&selection->filter, "status") != NULL && strcmp(metric, "http_reqs") != 0)
        return error_set(error, "%s has no label status; http_reqs has", metric);
    if (expected != NULL && strcmp(expected, "true") != 0)
        return error_set(error, "expected_response: times are those of ok answers; there is only true");
    return 0;
}

static bool is_wanted(const struct label_filter *filter, const char *key, const char *value)
{
    const char *wanted = label_filter_value(filter, key);
    return wanted == NULL || strcmp(wanted, value) == 0;
}

/* The phase, which is left out when nobody asks for it and it is the warm-up. */
static bool has_phase(const struct label_filter *filter, const char *phase)
{
    const char *wanted = label_filter_value(filter, "phase");
    return wanted != NULL ? strcmp(wanted, phase) == 0 : strcmp(phase, LOAD_PHASE_WARM_UP) != 0;
}

static const char *tag_value(const struct load_label *tags, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i].key, key) == 0)
            return tags[i].value;
    return NULL;
}

/* Labels that are none of the known ones are tags; a request's come before the load's. */
static bool has_tags(const struct label_filter *filter, const struct load_spec *spec, const struct request_spec *request)
{
    static const char *const known[] = {"name",   "phase", "server", "warmth",           "part", "load", "scenario",
                                        "method", "check", "status", "expected_response"};
    for (size_t i = 0; i < filter->count; i++) {
        const char *key = filter->labels[i].key;
        bool is_known = false;
        for (size_t j = 0; j < sizeof known / sizeof *known; j++)
            is_known = is_known || strcmp(known[j], key) == 0;
        if (is_known)
            continue;
        const char *value = request != NULL ? tag_value(request->tags, request->tag_count, key) : NULL;
        if (value == NULL)
            value = tag_value(spec->tags, spec->tag_count, key);
        if (value == NULL || strcmp(value, filter->labels[i].value) != 0)
            return false;
    }
    return true;
}

static bool has_load(const struct label_filter *filter, const struct load_spec *spec, unsigned part)
{
    char number[16];
    const char *name = spec->name != NULL ? spec->name : "";
    (void)snprintf(number, sizeof number, "%u", part);
    return is_wanted(filter, "load", name) && is_wanted(filter, "scenario", name) && is_wanted(filter, "part", number);
}

static struct request_spec request_of(const struct load_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->request_count; i++)
        if (strcmp(spec->requests[i].name, name) == 0)
            return spec->requests[i];
    return load_spec_request(spec, spec->request_count);
}

static const char *warmth_word(enum load_warmth warmth)
{
    return warmth == WARMTH_COLD ? "cold" : warmth == WARMTH_WARM ? "warm" : "unknown";
}

static bool has_row(const struct label_filter *filter, const struct load_spec *spec, const struct request_spec *request,
                    const struct load_row *row)
{
    return has_phase(filter, row->phase) && has_load(filter, spec, row->part) && is_wanted(filter, "name", row->request) &&
           is_wanted(filter, "server", row->server) && is_wanted(filter, "warmth", warmth_word(row->warmth)) &&
           is_wanted(filter, "method", request->method != NULL ? request->method : "GET") && has_tags(filter, spec, request);
}

static void add_checks(struct metric_selection *selection, const struct request_spec *request, const struct load_row *row)
{
    for (size_t i = 0; i < row->check_count && i < request->check_count; i++) {
        if (!is_wanted(&selection->filter, "check", request->checks[i].name))
            continue;
        selection->check_passes += row->checks[i].passes;
        selection->check_fails += row->checks[i].fails;
    }
}

void metric_selection_add_row(struct metric_selection *selection, const struct load_spec *spec, const struct load_row *row)
{
    const struct request_spec request = request_of(spec, row->request);
    const char *status = label_filter_value(&selection->filter, "status");
    if (!has_row(&selection->filter, spec, &request, row))
        return;
    uint64_t lost = 0;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        lost += load_outcome_is_lost((enum load_outcome)outcome) ? row->outcomes[outcome] : 0;
    if (status == NULL)
        selection->requests += row->outcomes[OUTCOME_OK] + lost;
    for (size_t i = 0; i < row->status_count && status != NULL; i++)
        selection->requests += row->statuses[i].code == atoi(status) ? row->statuses[i].count : 0;
    selection->lost += lost;
    selection->dropped += row->outcomes[OUTCOME_DROPPED];
    selection->bytes_received += row->bytes_received;
    selection->bytes_sent += row->bytes_sent;
    add_checks(selection, &request, row);
    histogram_merge(&selection->response, &row->response);
    histogram_merge(&selection->service, &row->service);
}

void metric_selection_add_tick(struct metric_selection *selection, const struct load_spec *spec, const struct load_tick *tick)
{
    if (!has_phase(&selection->filter, tick->phase) || !has_load(&selection->filter, spec, tick->part)) {
        selection->all = false;
        return;
    }
    if (tick->second >= selection->last) {
        selection->last = tick->second + 1;
        selection->seconds++;
    }
    if (!has_tags(&selection->filter, spec, NULL))
        return;
    histogram_merge(&selection->lateness, &tick->lateness);
    if (load_executor_is_closed(spec->executor))
        vus_range_add(&selection->vus, tick->second, tick->vus);
}

struct metric_data metric_selection_data(const struct metric_selection *selection, double seconds)
{
    return (struct metric_data){.seconds = selection->all ? seconds : (double)selection->seconds,
                                .response = &selection->response,
                                .service = &selection->service,
                                .lateness = &selection->lateness,
                                .requests = selection->requests,
                                .lost = selection->lost,
                                .dropped = selection->dropped,
                                .bytes_received = selection->bytes_received,
                                .bytes_sent = selection->bytes_sent,
                                .check_passes = selection->check_passes,
                                .checks = selection->check_passes + selection->check_fails,
                                .vus_known = selection->vus.known,
                                .vus = selection->vus.current,
                                .vus_minimum = vus_range_minimum(&selection->vus),
                                .vus_maximum = vus_range_maximum(&selection->vus)};
}
