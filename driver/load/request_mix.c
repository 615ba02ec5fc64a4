#include "driver/load/request_mix.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "driver/load/scramble.h"

#define CHOICE_SEED (UINT64_C(1) << 40) /* added: the choice is drawn apart from the variables */

static int make_headers(struct mixed_request *request, const struct load_data *data, size_t *variables, struct error *error)
{
    const struct request_spec *spec = &request->spec;
    if (spec->header_count == 0)
        return 0;
    request->headers = memory_allocate(spec->header_count, sizeof *request->headers);
    for (size_t i = 0; i < spec->header_count; i++) {
        struct mixed_header *header = &request->headers[i];
        const char *value = spec->headers[i].value;
        header->name = spec->headers[i].name;
        header->value.variables = *variables;
        if (text_template_add(&header->value, value, strlen(value), TEMPLATE_TEXT, data, error) < 0)
            return error_context(error, "%s", header->name);
        *variables = header->value.variables;
    }
    return 0;
}

static int make_checks(struct mixed_request *request, struct error *error)
{
    const struct request_spec *spec = &request->spec;
    if (spec->check_count > LOAD_MOST_CHECKS)
        return error_set(error, "expected at most %d checks", LOAD_MOST_CHECKS);
    request->checks = memory_allocate(spec->check_count, sizeof *request->checks);
    for (size_t i = 0; i < spec->check_count; i++)
        if (parsed_check_read(spec->checks[i].text, &request->checks[i], error) < 0)
            return -1;
    return 0;
}

static int make_request(struct mixed_request *request, const struct load_data *data, struct error *error)
{
    const struct request_spec *spec = &request->spec;
    if (url_template_parse(spec->url, data, &request->url, error) < 0)
        return -1;
    size_t variables = request->url.text_template.variables;
    if (make_headers(request, data, &variables, error) < 0)
        return -1;
    request->has_body = spec->body != NULL;
    request->body.variables = variables;
    if (request->has_body && text_template_add(&request->body, spec->body, spec->body_length, TEMPLATE_TEXT, data, error) < 0)
        return error_context(error, "body");
    return make_checks(request, error);
}

/* There is nobody in an open model whose number could be said. */
static bool uses_vu(const struct mixed_request *request)
{
    for (size_t i = 0; i < request->spec.header_count; i++)
        if (request->headers[i].value.uses_vu)
            return true;
    return request->url.text_template.uses_vu || request->body.uses_vu;
}

/* The request that is due first, of those whose turns are not used up; of several the one with the larger weight. */
static size_t earliest_due(const struct request_mix *mix, const uint64_t *given)
{
    size_t best = mix->count;
    for (size_t i = 0; i < mix->count; i++) {
        uint64_t weight = mix->requests[i].spec.weight;
        if (given[i] == weight)
            continue;
        if (best == mix->count) {
            best = i;
            continue;
        }
        uint64_t best_weight = mix->requests[best].spec.weight;
        uint64_t due = given[i] * best_weight;
        uint64_t best_due = given[best] * weight;
        if (due < best_due || (due == best_due && weight > best_weight))
            best = i;
    }
    return best;
}

static int make_pattern(struct request_mix *mix, struct error *error)
{
    AUTO_FREE uint64_t *given = memory_allocate(mix->count, sizeof *given);
    for (size_t i = 0; i < mix->count; i++)
        mix->length += mix->requests[i].spec.weight;
    if (mix->length == 0 || mix->length > LOAD_MOST_REQUEST_WEIGHT)
        return error_set(error, "the weights of the requests add up to %llu, expected 1 to %d", (unsigned long long)mix->length,
                         LOAD_MOST_REQUEST_WEIGHT);
    mix->pattern = memory_allocate(mix->length, sizeof *mix->pattern);
    mix->turns = memory_allocate(mix->length, sizeof *mix->turns);
    for (uint64_t place = 0; place < mix->length; place++) {
        size_t request = earliest_due(mix, given);
        mix->pattern[place] = (uint16_t)request;
        mix->turns[place] = (uint16_t)given[request]++;
    }
    return 0;
}

static int make_requests(struct request_mix *mix, struct error *error)
{
    const struct load_spec *spec = mix->spec;
    size_t count = load_spec_request_count(spec);
    if (count > LOAD_MOST_REQUESTS)
        return error_set(error, "expected at most %d requests", LOAD_MOST_REQUESTS);
    mix->requests = memory_allocate(count, sizeof *mix->requests);
    for (size_t i = 0; i < count; i++) {
        struct mixed_request *request = &mix->requests[i];
        mix->count++;
        request->spec = load_spec_request(spec, i);
        if (make_request(request, &mix->data, error) < 0)
            return -1;
        if (!load_executor_is_closed(spec->executor) && uses_vu(request))
            return error_set(error, "{vu}: there are no VUs in an open model");
        if (!url_template_same_server(&mix->requests[0].url, &request->url))
            return error_set(error, "\"%.100s\" is another server than \"%.100s\"; the requests of a load ask one",
                             request->url.text, mix->requests[0].url.text);
    }
    return 0;
}

int request_mix_create(const struct load_spec *spec, struct request_mix *mix, struct error *error)
{
    *mix = (struct request_mix){.spec = spec};
    mix->data.order = spec->row_order;
    if ((spec->csv == NULL || load_data_parse(spec->csv, strlen(spec->csv), &mix->data, error) == 0) &&
        make_requests(mix, error) == 0 && make_pattern(mix, error) == 0)
        return 0;
    request_mix_release(mix);
    return -1;
}

void request_mix_release(struct request_mix *mix)
{
    for (size_t i = 0; i < mix->count; i++) {
        struct mixed_request *request = &mix->requests[i];
        url_template_release(&request->url);
        for (size_t j = 0; request->headers != NULL && j < request->spec.header_count; j++)
            text_template_release(&request->headers[j].value);
        free(request->headers);
        text_template_release(&request->body);
        for (size_t j = 0; request->checks != NULL && j < request->spec.check_count; j++)
            parsed_check_release(&request->checks[j]);
        free(request->checks);
    }
    load_data_release(&mix->data);
    free(mix->requests);
    free(mix->pattern);
    free(mix->turns);
    *mix = (struct request_mix){0};
}

size_t request_mix_choose(const struct request_mix *mix, uint64_t number, uint64_t vu, uint64_t *turn)
{
    *turn = number;
    if (mix->count == 1)
        return 0;
    if (mix->spec->choice == CHOICE_RANDOM)
        return mix->pattern[scramble_at(mix->spec->seed + CHOICE_SEED, number, vu) % mix->length];
    uint64_t place = number % mix->length;
    size_t request = mix->pattern[place];
    *turn = number / mix->length * mix->requests[request].spec.weight + mix->turns[place];
    return request;
}

bool mixed_request_has_header(const struct mixed_request *request, const char *name)
{
    for (size_t i = 0; i < request->spec.header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return true;
    return false;
}

size_t request_mix_longest_body(const struct request_mix *mix)
{
    size_t longest = 0;
    for (size_t i = 0; i < mix->count; i++)
        longest = mix->requests[i].body.longest > longest ? mix->requests[i].body.longest : longest;
    return longest;
}
