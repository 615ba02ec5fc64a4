#include "tests/vectors/scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "hpa/hpa.h"
#include "tests/vectors/difference.h"
#include "tests/vectors/reader.h"
#include "tests/vectors/result.h"

/* What one sync came to, in the shape of the scenario's `expect`. */
static cJSON *run_step(struct hpa_autoscaler *autoscaler, const struct step *step)
{
    struct hpa_decision decision = hpa_decide(autoscaler, &step->input, step->now);
    if (decision.scale) {
        hpa_finish(autoscaler, step->update_error);
    }
    bool scaled = decision.scale && step->update_error == NULL;
    return result_to_json(autoscaler, scaled, decision.replicas);
}

static int run_steps(const cJSON *scenario, struct hpa_autoscaler *autoscaler, FILE *report, size_t *pod_choices,
                     struct error *error)
{
    const char *id = json_text(json_get(scenario, "id"), "?");
    const cJSON *each = NULL;
    int mismatches = 0;
    int number = 0;
    cJSON_ArrayForEach (each, json_get(scenario, "steps")) {
        struct arena arena CLEANUP(arena_release) = {0};
        struct step step = {.now = 0};
        if (read_step(scenario, each, &arena, &step, error) < 0) {
            return error_context(error, "%s step %d", id, number);
        }
        cJSON *got AUTO_JSON = run_step(autoscaler, &step);
        struct difference_place place = {
            .scenario = id,
            .step = number++,
            .pods = json_get(each, "pods"),
            .report = report,
            .pod_choices = pod_choices,
        };
        mismatches += difference_report(&place, json_get(each, "expect"), got);
    }
    return mismatches;
}

int scenario_run(const char *line, size_t length, FILE *report, size_t *pod_choices, struct error *error)
{
    cJSON *scenario AUTO_JSON = json_parse(line, length, error);
    if (scenario == NULL) {
        return -1;
    }
    struct arena arena CLEANUP(arena_release) = {0};
    struct hpa_spec spec;
    if (!cJSON_IsArray(json_get(scenario, "steps"))) {
        return error_set(error, "no scenario: steps is missing");
    }
    if (read_spec(json_get(scenario, "hpaSpec"), &arena, &spec, error) < 0) {
        return error_context(error, "%s", json_text(json_get(scenario, "id"), "?"));
    }
    struct hpa_autoscaler *autoscaler = hpa_autoscaler_create("default");
    hpa_autoscaler_set_spec(autoscaler, &spec);
    int mismatches = run_steps(scenario, autoscaler, report, pod_choices, error);
    hpa_autoscaler_destroy(autoscaler);
    return mismatches;
}

struct scenario_counts scenario_run_file(FILE *file, FILE *report)
{
    struct scenario_counts counts = {0};
    char *line AUTO_FREE = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) > 0) {
        struct error error = ERROR_NONE;
        if (strspn(line, " \t\r\n") == (size_t)length) {
            continue;
        }
        int mismatches = scenario_run(line, (size_t)length, report, &counts.pod_choices, &error);
        if (mismatches < 0) {
            fprintf(report, "%s\n", error.text);
        }
        counts.passed += mismatches == 0 ? 1 : 0;
        counts.failed += mismatches == 0 ? 0 : 1;
    }
    return counts;
}
